"""Rules of `drop`: what they mean, and what is refused, with the sentences of docs/volume.md."""

from __future__ import annotations

import re

import pytest

from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.setting_labels import labelled
from ta_akamai_siem.volume.fields import FIELDS, SEGMENTS
from ta_akamai_siem.volume.grammar import LENGTH_MAX, LINES_MAX, Line, Term, read_lines
from tests import ROOT
from tests.product.unit.test_settings import read

PAGE = (ROOT / "docs" / "volume.md").read_text(encoding="utf-8")
REFUSED = re.findall(r"(?m)^\| `(.*)` \| (Drop \(drop\) .*) \|$", PAGE)


def lines(text: str) -> tuple[Line, ...]:
    found, problems = read_lines(text)
    assert problems == []
    return found


def terms(text: str) -> tuple[Term, ...]:
    (line,) = lines(text)
    return line.terms


def test_forty_wrong_lines_are_documented() -> None:
    assert len(dict(REFUSED)) >= 40


@pytest.mark.parametrize(("line", "sentence"), REFUSED)
def test_a_wrong_line_is_refused(line: str, sentence: str) -> None:
    """Also between good ones, with its number. An input with a wrong line does not run."""
    with pytest.raises(SettingsInvalid) as caught:
        read(drop=line)
    assert caught.value.problems == [sentence]
    with pytest.raises(SettingsInvalid) as caught:
        read(drop=f"action=monitor\n\nhost=a.example.com;{line}\nstatus=200")
    assert caught.value.problems == [sentence.replace(" in line 1 ", " in line 3 ")]


def test_each_wrong_line_is_reported() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(drop="statsu=1\nstatus=200\nNOT")
    assert [re.findall(r"in line (\d)", each) for each in caught.value.problems] == [["1"], ["3"]]
    assert all(each.startswith(labelled("drop")) for each in caught.value.problems)


def test_the_rules_of_the_documents() -> None:
    (example,) = re.findall(r"(?m)((?:^    .*\n)+)", PAGE.partition("\n## Drop\n")[2])[:1]
    first, second, third = lines(re.sub("(?m)^ +", "", example))
    assert first.terms == (Term("action", "=", "monitor"), Term("tag", "=", "AKAMAI/BOT/*"))
    assert second.terms[2] == Term("path", "=", "/health*")
    assert third.terms[1] == Term("rule", "=", "600001", is_positive=False)
    assert [line.sample for line in (first, second, third)] == [None, None, 100]
    assert [line.number for line in (first, second, third)] == [1, 2, 3]
    assert [line.may_drop_mitigated for line in (first, second, third)] == [True, True, False]
    for name, field in FIELDS.items():
        assert f"\n| `{name}` | {field.allowed} | `{field.search_field}` |\n" in PAGE


@pytest.mark.parametrize(
    ("line", "word", "hint"),
    [
        # Fields and values of searches that have another name in a rule.
        ("action=blocked", "action=blocked", "alert, monitor or deny"),
        ("NOT action=Allowed host=a", "action=Allowed", "alert, monitor or deny"),
        ("src=192.0.2.0/24", "src=192.0.2.0/24", "client=192.0.2.0/24"),
        ("vendor_action=alert", "vendor_action=alert", "action=alert"),
        ("Status=403", "Status=403", "status=403"),
        # Several values.
        ("action IN (alert, monitor)", "IN", "a line for each value"),
        ("action in (alert)", "in", "a line for each value"),
        ("action=monitor,alert", "action=monitor,alert", "a line for each value"),
        ("action=alert, host=a", "action=alert,", "a line for each value"),
        ("action=deny|abort", "action=deny|abort", "a line for each value"),
        ("host=a NOT rule=1,2", "rule=1,2", "a line for each value"),
        ("action=alert action=monitor", "action=monitor", "a line for each value"),
        ("NOT rule=1 host=a status=4* host=b", "host=b", "a line for each value"),
        # Other quotation marks than ".
        ("action=\N{LEFT DOUBLE QUOTATION MARK}alert\N{RIGHT DOUBLE QUOTATION MARK}", None, '"'),
        ("path=\N{LEFT DOUBLE QUOTATION MARK}/a b", None, '"'),
        ("action='alert'", "action='alert'", '"'),
        ("tag=`a`", "tag=`a`", '"'),
        # Operators of other languages.
        ("tag=~BOT", "tag=~BOT", "* for any characters"),
        ("tag=>BOT", "tag=>BOT", ">="),
        ("user_risk=<50", "user_risk=<50", "<="),
        ("!action=deny", "!action=deny", "NOT action=deny"),
        ("host=a -action=deny", "-action=deny", "NOT action=deny"),
        ("action=alert && host=a", "&&", "terms without AND"),
        ("action=alert || action=deny", "||", "a line for each"),
        ("action = alert", "action", "action=value"),
        # What cannot be seen.
        ("action=alert\N{ZERO WIDTH SPACE}", None, "without it"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}action=alert", None, "without it"),
        ("# robots", "#", "rules only"),
        ("action=alert #robots", "#robots", "rules only"),
        ("host=www.example.com.", "host=www.example.com.", "final dot"),
    ],
)
def test_what_looks_right_and_would_never_match(line: str, word: str | None, hint: str) -> None:
    """With NOT it would even match each event."""
    found, (problem,) = read_lines(f"status=200\n{line}")
    assert len(found) == 1
    assert problem.startswith(f"is wrong in line 2 at '{word or line.split(maxsplit=1)[0]}': ")
    assert hint in problem.partition("Allowed: ")[2]


@pytest.mark.parametrize("end", ["\N{LINE SEPARATOR}", "\v", "\f", "\x85"])
def test_what_looks_like_a_line_end(end: str) -> None:
    """Two rules would be one, which drops less."""
    (problem,) = read_lines(f"action=alert{end}action=deny")[1]
    assert f"U+{ord(end):04X}" in problem
    assert len(lines(f'policy="a{end}b"')) == 1


def test_what_cannot_be_seen_is_named() -> None:
    (problem,) = read_lines("action=alert\N{ZERO WIDTH SPACE}")[1]
    assert "U+200B" in problem


@pytest.mark.parametrize(
    "line",
    [
        *('path="/a,b"', 'policy="a|b"', "policy=\"'a'\"", 'tag="~a"', 'path="/a#b"', "path=/#a"),
        *("rule=1 rule=2", "tag=A/* tag=B", "asn=64496 asn=64497", "path=/a* path=*.css"),
        *("action=alert NOT action=monitor", "action=Alert action=alert", "path=/it's"),
        *("client=192.0.2.0/24 client=192.0.2.7", "user_risk=7 user_risk=7.0", 'action="block*"'),
        *("action=monitor;", "\taction=monitor\t tag=A ", "action=monitor\N{NO-BREAK SPACE}tag=A"),
    ],
)
def test_what_is_right(line: str) -> None:
    assert len(lines(line)) == 1


def test_no_rules() -> None:
    assert lines("") == lines(" ; \n\r\n ;;") == ()


def test_lines_end_at_a_line_end_or_a_semicolon_outside_of_quotation_marks() -> None:
    found = lines('path="/a;b" ; path="/c\\";d"\r\npath=/e\rstatus=200;')
    assert [line.terms[0].value for line in found] == ["/a;b", '/c";d', "/e", "200"]
    assert found[0].text == 'path="/a;b"'


def test_quotation_marks() -> None:
    assert terms(r'policy="a \"b\" \\c\\"')[0].value == r'a "b" \c' + "\\"
    assert terms(r"policy=a\b")[0].value == r"a\b"
    assert terms('policy="=NOT"  NOT policy="NOT"') == (
        Term("policy", "=", "=NOT"),
        Term("policy", "=", "NOT", is_positive=False),
    )


@pytest.mark.parametrize("value", ["*", "**", '"*"'])
def test_any_value(value: str) -> None:
    for name in FIELDS:
        assert terms(f"{name}={value}") == (Term(name, "=", "*"),)
    (line,) = lines(f"action={value}")
    assert not line.may_drop_mitigated


def test_only_a_positive_term_names_the_action() -> None:
    (line,) = lines("NOT action=deny host=a.example.com")
    assert not line.may_drop_mitigated


def test_numbers_compare() -> None:
    found = terms("user_risk>=50.5 user_risk<9 user_risk<=1 user_risk>0 user_risk=7")
    assert [(term.operator, term.value) for term in found] == [
        *((">=", "50.5"), ("<", "9"), ("<=", "1"), (">", "0"), ("=", "7")),
    ]


def test_a_line_of_a_sample_alone() -> None:
    (line,) = lines("sample=10")
    assert (line.terms, line.sample) == ((), 10)


def test_values_of_each_kind() -> None:
    for good in (
        *("client=192.0.2.0/24", "client=2001:db8::/32", "client=192.0.2.1", "client=2001:db8::1"),
        *("host=[2001:db8::1]", "host=*.example.com", "country=d*", "country=DE", "status=4*"),
        *("path=*.css", "method=GET", "config=14227", "asn=64496", 'bot_segment="Human"'),
    ):
        assert len(terms(good)) == 1


def test_segments_are_those_of_the_lookup() -> None:
    table = ROOT / "lookups" / "akamai_siem_bot_segment.csv"
    assert [f"{number},{word}" for word, number in SEGMENTS.items()] == (
        table.read_text(encoding="utf-8").split("\n")[1:-1]
    )
    assert terms('bot_segment="Strict Response"')[0].value == "2"


def test_too_much_is_refused() -> None:
    for text in ("status=200\n" * (LINES_MAX + 1), f"path=/{'a' * LENGTH_MAX}"):
        found, problems = read_lines(text)
        assert (found, len(problems)) == ((), 1)
    assert len(lines("status=200\n" * LINES_MAX)) == LINES_MAX
