"""Puts the add-on's folders first on Python's path. Every script in bin/ imports it first.

`lib/` has the libraries for all Pythons. `lib39/` (Python 3.9 to 3.12) and `lib313/` (3.13 and
later) have those whose current versions no longer run on Python 3.9.

Run as a script, it prints which file each of those comes from.
"""

import os
import sys

_APP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_OF_THIS_PYTHON = "lib313" if sys.version_info >= (3, 13) else "lib39"
FOLDERS = [os.path.join(_APP, name) for name in ("bin", _OF_THIS_PYTHON, "lib")]
sys.path[:] = [*FOLDERS, *[path for path in sys.path if path not in FOLDERS]]

if __name__ == "__main__":
    from importlib import import_module, metadata

    for library, name in (("requests",) * 2, ("splunk-sdk", "splunklib"), ("urllib3",) * 2):
        print(library, metadata.version(library), import_module(name).__file__)
