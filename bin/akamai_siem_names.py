"""Entry script of the modular input `akamai_siem_names`; splunkd starts it once per stanza."""

import sys

import library_path  # noqa: F401 - first: it finds the libraries

from ta_akamai_siem.modular_input import main

if __name__ == "__main__":
    sys.exit(main("akamai_siem_names", sys.argv[1:]))
