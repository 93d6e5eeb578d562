"""What functions of eval return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from .belief import Belief

if TYPE_CHECKING:
    from .search_api import Splunk


def _evaluated(expression: str, expected: str) -> Callable[[Splunk], Optional[str]]:
    def check(splunk: Splunk) -> str | None:
        value = splunk.search(f"| makeresults | eval v={expression} | table v").value("v")
        return None if value == expected else f"{value!r} instead of {expected!r}"

    return check


def _odd_text(splunk: Splunk) -> str | None:
    text = 'urldecode("%7B%22v%22%3A%22a%5Cu0000b%5Cud800%22%7D")'
    value = splunk.search(
        f'| makeresults | eval v=coalesce(json_extract({text},"v"),"none") | table v'
    ).value("v")
    return None if value else "the field is empty"


BELIEFS = (
    Belief(
        "json_extract",
        "json_extract() of a string returns its text without quotation marks and escapes",
        "fields beside the hot ones that hold escapes; where it gives nothing they stay as in JSON",
        "unescapes a quotation mark, a line end and a non-ASCII letter",
        "Search for such values as they are in the JSON, escapes included",
        _evaluated(
            'json_extract(urldecode("%7B%22v%22%3A%22a%5C%22b%5Cn%5Cu00fc%22%7D"),"v")',
            'a"b\n\u00fc',
        ),
    ),
    Belief(
        "odd text",
        "json_extract() of a string with U+0000 or half of a surrogate pair gives some text or "
        "nothing, and no error",
        "how such text is shown, in fields beside the hot ones",
        "unescapes such a string",
        "Search for such values as they are in `_raw`",
        _odd_text,
    ),
    Belief(
        "urldecode",
        "urldecode() reads escaped bytes as UTF-8",
        "`uri_path_decoded` and other decoded fields, beside those as sent",
        "decodes a letter of two bytes",
        "Use the fields as sent; the decoded ones are wrong for such values",
        _evaluated('urldecode("%C3%BC%20b")', "\u00fc b"),
    ),
)
