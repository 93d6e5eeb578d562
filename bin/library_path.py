"""Puts the add-on's folders on Python's path. Every script in bin/ imports it first.

They come behind Python's own library, and before everything else: `site-packages` and `PYTHONPATH`
have other versions of the same libraries. If ours came first, each of Python's own modules would be
looked for in each of our folders, at every start.

`lib/` has the libraries for all Pythons. `lib39/` (Python 3.9 to 3.12) and `lib313/` (3.13 and
later) have those whose current versions no longer run on Python 3.9.

Run as a script, it prints which file each of those comes from.
"""

import os
import sys

_APP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_OF_THIS_PYTHON = "lib313" if sys.version_info >= (3, 13) else "lib39"
FOLDERS = [os.path.join(_APP, name) for name in ("bin", _OF_THIS_PYTHON, "lib")]
_STANDARD = os.path.dirname(os.__file__)
_OWN = [path for path in sys.path if path in (_STANDARD, os.path.join(_STANDARD, "lib-dynload"))]
sys.path[:] = [*_OWN, *FOLDERS, *[path for path in sys.path if path not in (*_OWN, *FOLDERS)]]

if __name__ == "__main__":
    from importlib import import_module, metadata

    for library, name in (("requests",) * 2, ("splunk-sdk", "splunklib"), ("urllib3",) * 2):
        print(library, metadata.version(library), import_module(name).__file__)
