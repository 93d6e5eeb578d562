"""Make the documentation that the setup pages link to: ``python doc_pages.py APP VERSION``.

The pages of ``docs/`` in the built app, as HTML in ``appserver/static/docs/``. Splunk Web serves
them. The first cell of a table's row, if it is code, is the row's anchor: an input's row links to
the explanation of its state.
https://dev.splunk.com/enterprise/docs/developapps/createapps/appanatomy/
"""

from __future__ import annotations

import re
import sys
from html import escape
from pathlib import Path

import markdown
from code_in_lists import indented

EXTENSIONS = ["tables", "fenced_code", "toc"]
FIRST = "quickstart.md"
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_ROW = re.compile(r"<tr>\n<td><code>([^<]+)</code>")
_PAGE = re.compile(r'href="(?![a-z]+:)([^"#]*)\.md(#[^"]*)?"')
_ELSEWHERE = re.compile(r'<a href="(?![a-z]+:|#)(?![\w-]+\.html)[^"]*">(.*?)</a>')
_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 "Splunk Platform Sans", "Helvetica Neue", Arial, sans-serif;
  margin: 0 auto; max-width: 1000px; padding: 16px 24px 64px }
nav { border-bottom: 1px solid #8888; font-size: 13px; padding-bottom: 8px }
nav a { margin-right: 12px; white-space: nowrap }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #8888; padding: 4px 8px; text-align: left; vertical-align: top }
pre { background: #8882; overflow-x: auto; padding: 8px }
code { font-family: "Splunk Platform Mono", Consolas, monospace; font-size: 13px }
:target { background: #ffd54f55 }
"""


def write_pages(app: Path, version: str) -> None:
    """Write a page for each of ``docs/*.md``, and ``index.html``, the first one."""
    sources = sorted((app / "docs").glob("*.md"))
    titles = {path: _title(path) for path in sources}
    folder = app / "appserver" / "static" / "docs"
    folder.mkdir(parents=True)
    for path, title in titles.items():
        links = "\n".join(
            f'<a href="{other.stem}.html">{escape(name)}</a>' for other, name in titles.items()
        )
        page = _page(title, links, as_html(path.read_text(encoding="utf-8")), version)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
        if path.name == FIRST:
            (folder / "index.html").write_text(page, encoding="utf-8")


def as_html(text: str) -> str:
    """Return a page's content. A link to a file that is no page becomes plain text."""
    body = markdown.markdown(indented(text), extensions=EXTENSIONS)
    body = _PAGE.sub(r'href="\1.html\2"', body)
    body = _ELSEWHERE.sub(r"\1", body)
    return _ROW.sub(_with_anchor, body)


def _with_anchor(row: re.Match[str]) -> str:
    anchor = row[1].strip().replace(" ", "-")
    return row[0].replace("<tr>", f'<tr id="{escape(anchor)}">', 1)


def _title(path: Path) -> str:
    found = _TITLE.search(path.read_text(encoding="utf-8"))
    return found[1] if found else path.stem


def _page(title: str, links: str, body: str, version: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}: Akamai SIEM Add-on for Splunk {escape(version)}</title>
<style>{_STYLE}</style>
</head>
<body>
<nav>
{links}
</nav>
{body}
</body>
</html>
"""


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]), sys.argv[2])
