"""Make the framework's page template load the add-on's own script beside the framework's.

The framework loads scripts of an add-on with a form, a row or a tab, but none with a page:
https://splunk.github.io/addonfactory-ucc-generator/custom_ui_extensions/standard/overview/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY = re.compile(r"'(?P<place>\.\./\.\./static/@\d+/app/\w+/js/build/)entry_page\.js'")
_END = "    </body>"


def load_page_script(app: Path) -> None:
    """Add `custom/page.js` to the template, before the end of its body."""
    path = app / "appserver" / "templates" / "base.html"
    text = path.read_text(encoding="utf-8")
    entry = _ENTRY.search(text)
    if entry is None or text.count(_END) != 1:
        message = f"{path.name} is not as expected; ucc-gen has changed, see {__file__}"
        raise SystemExit(message)
    script = f'<script type="module" src="{entry["place"]}custom/page.js"></script>'
    path.write_text(text.replace(_END, f"        {script}\n{_END}"), encoding="utf-8")
