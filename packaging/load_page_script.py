"""Make the framework's page template load the add-on's own script before the framework's.

The framework loads scripts of an add-on with a form, a row or a tab, but none with a page:
https://splunk.github.io/addonfactory-ucc-generator/custom_ui_extensions/standard/overview/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY = re.compile(
    r"return (?P<load>_loadScript\(\s*'(?P<place>\.\./\.\./static/@\d+/app/\w+/js/build/)"
    r"entry_page\.js',\s*'module'\s*\));"
)
_GATE = """return import('{place}custom/page.js')
                        .then(function (page) {{ return page.ready; }})
                        .catch(function () {{ return true; }})
                        .then(function (draws) {{
                            return draws && {load};
                        }});"""


def load_page_script(app: Path) -> None:
    """Let the template import `custom/page.js`, and load the framework once that says so."""
    path = app / "appserver" / "templates" / "base.html"
    text, found = _ENTRY.subn(
        lambda match: _GATE.format(**match.groupdict()), path.read_text(encoding="utf-8")
    )
    if found != 1:
        message = f"{path.name} is not as expected; ucc-gen has changed, see {__file__}"
        raise SystemExit(message)
    path.write_text(text, encoding="utf-8")
