"""Entry script of the modular input `akamai_siem`; splunkd starts it once a stanza."""

import sys

import library_path  # noqa: F401 - first: it says where the libraries are

from ta_akamai_siem.modular_input import main

if __name__ == "__main__":
    sys.exit(main("akamai_siem", sys.argv[1:]))
