"""The mutants: each breaks a promise, or a rule that a document states.

Beside the numbers of docs/delivery.md, once as nothing and once doubled, there are those that
survived a search in which every operator, number and call of these modules was changed in turn.
"""

from __future__ import annotations

from tests.measured.mutants.mutant import Mutant

UNIT, PROPERTY = "tests/product/unit", "tests/product/property"
NUMBERS = (f"{PROPERTY}/test_promise_numbers.py",)
PROMISE = (*NUMBERS, f"{PROPERTY}/test_promise_examples.py", f"{PROPERTY}/test_promise.py")
CURSOR = (f"{UNIT}/continuous", *NUMBERS, f"{PROPERTY}/test_promise_examples.py")
FIRST_PAGE = (f"{PROPERTY}/test_first_page.py",)
HISTORY = (f"{UNIT}/position/test_history.py", *NUMBERS)
WINDOWS = (f"{UNIT}/backfill", f"{PROPERTY}/test_windows.py")
DELIVERY = (f"{UNIT}/writing/test_delivery.py",)
TRAIL = (f"{UNIT}/run/test_trail.py",)
STORING = (f"{UNIT}/run/test_storing.py",)
SHOWN = ("tests/product/repository/test_shown.py",)
FETCHING = (f"{UNIT}/akamai/test_fetching.py",)
DEADLINE = (f"{UNIT}/akamai/test_deadline.py",)
PAGE = (f"{UNIT}/akamai/test_page.py",)
RECENT = (f"{UNIT}/record/test_recent.py",)
LINE_ENDS = (f"{UNIT}/record/test_line_ends.py",)
ERRORS = (f"{UNIT}/akamai/test_error_table.py",)
SPOOL = (f"{UNIT}/akamai/test_spool.py",)
MULTISET = (f"{UNIT}/akamai/test_line_multiset.py",)
RECORD = (
    f"{UNIT}/record/test_event_golden.py",
    f"{PROPERTY}/test_event_reference.py",
    f"{PROPERTY}/test_rules.py",
)
ENCODED = (f"{UNIT}/record/test_encoded_items.py",)
MASKING = (f"{UNIT}/record/test_masking.py",)
SHAPES = (f"{UNIT}/record/test_known_shapes.py", f"{PROPERTY}/test_shapes.py")
NAMES = (f"{UNIT}/names",)
RATE_BUDGET = (f"{UNIT}/akamai/test_rate_budget.py", f"{UNIT}/names/test_export_task.py")
HEADER_BLOCKS = (f"{UNIT}/record/test_header_blocks.py",)


def number(file: str, tests: tuple[str, ...], name: str, value: str, *others: str) -> list[Mutant]:
    """A constant with other values."""
    return [
        Mutant(file, f"\n{name} = {value}\n", f"\n{name} = {other}\n", tests) for other in others
    ]


def changes(file: str, tests: tuple[str, ...], *pairs: tuple[str, str]) -> list[Mutant]:
    """Texts, with their replacements."""
    return [Mutant(file, old, new, tests) for old, new in pairs]


MUTANTS = (
    *number("limits.py", NUMBERS, "MARGIN", "60", "0", "30", "120"),
    *number("limits.py", WINDOWS, "MARGIN", "60", "0", "120"),
    *number("limits.py", PROMISE[1:], "MARGIN", "60", "0"),
    *number("limits.py", NUMBERS, "LATENCY", "5", "0", "10"),
    *number("limits.py", CURSOR, "RETENTION", "12 * 3600", "6 * 3600", "24 * 3600"),
    *number("limits.py", CURSOR, "RETENTION_SLACK", "10", "-10"),
    *number("limits.py", CURSOR, "BEGIN_SLACK", "30", "0"),
    *number("limits.py", WINDOWS, "PAGE_EVENTS_MAX", "600_000", "1", "1_200_000"),
    *number("names/json_pieces.py", NAMES, "_CUT_NUMBER", "2", "0", "1"),
    *number("names/answers.py", NAMES, "ACTIVATIONS_KEPT", "50", "0"),
    *number("akamai/rate_budget.py", RATE_BUDGET, "WAITS_MAX", "1800.0", "0.0", "3600.0"),
    *number("akamai/rate_budget.py", RATE_BUDGET, "_MINUTE", "60.0", "30.0", "120.0"),
    *changes(
        "akamai/rate_budget.py",
        RATE_BUDGET,
        ("self._remaining < cost", "self._remaining <= cost"),
        ("        self._remaining = None\n\n    def learn", "\n    def learn"),
    ),
    *changes(
        "names/exported.py",
        NAMES,
        ("not rule or version < found", "not rule or version > found"),
        ("        if found.everywhere:", "        if not found.everywhere:"),
    ),
    *changes(
        "names/blind_spots.py",
        NAMES,
        ('if not siem["enabled"]:', 'if siem["enabled"]:'),
        ('policy.get("has_match_target") is False', 'not policy.get("has_match_target")'),
    ),
    *number("position/history.py", HISTORY, "SAFE_AGE", "30.0", "0.0", "60.0"),
    *number("position/history.py", HISTORY, "STOP_AGE", "60.0", "0.0", "120.0"),
    *number("position/claim.py", NUMBERS, "EXPIRY", "45.0", "0.0", "90.0"),
    *number("writing/delivery.py", DELIVERY, "PROGRESS_EVENTS_MAX", "2_000", "0", "4_000"),
    *number("writing/delivery.py", DELIVERY, "PROGRESS_EVENTS", "1_000", "0", "2_000"),
    *number("writing/delivery.py", DELIVERY, "PROGRESS_SECONDS", "0.25", "0.0", "0.5"),
    *changes(
        "continuous/cursor.py",
        CURSOR,
        ("asked_at - LATENCY if drained else", "asked_at - LATENCY if True else"),
        ("else self.complete_until - MARGIN", "else self.complete_until"),
        ("self._replace(complete_until=moment) if moment > known", "self if moment > known"),
        ("offset=None, from_now=False", "offset=None, from_now=self.from_now"),
        ("and now < self.since + FROM_NOW_GRACE", ""),
        ("self.since + LATENCY + 1 - now", "self.since - now"),
        ("int(max(since, oldest))", "int(since)"),
        ("context.limit is None and", ""),
        ("if not self.host_time:", "if self.host_time:"),
        ('_moment(document["since"]) - skew', '_moment(document["since"])'),
        ("limit=min(first, settings.limit)", "limit=first"),
        ("from_now=not settings.start_back", "from_now=True"),
    ),
    *changes(
        "continuous/cursor.py",
        FIRST_PAGE,
        ("if back > RETENTION - EXPIRES_SOON else", "if False else"),
    ),
    *changes(
        "continuous/collector.py",
        PROMISE,
        ("min(delivered.late, fetched.asked_at - LATENCY)", "fetched.asked_at - LATENCY"),
        (".complete_to(self._complete)\n            self.totals", "\n            self.totals"),
    ),
    *changes(
        "backfill/windows.py",
        WINDOWS,
        ("self.end + MARGIN - now", "self.at + MARGIN - now"),
        ("at=at, joined=False,", "at=at,"),
        ("RETENTION_SLACK) + 1", "RETENTION_SLACK)"),
        ("at = min(oldest, self.until)", "at = oldest"),
        ("PAGE_EVENTS_MAX if self.end - self.at == 1 else self.limit", "self.limit"),
        ("context.limit is not None or", ""),
        ("width=max(1, (self.end", "width=((self.end"),
        ("joined=True,", "joined=False,"),
    ),
    *changes(
        "backfill/window_pages.py",
        WINDOWS,
        ("Recheck(plan.at - 1, plan.at)", "Recheck(plan.at, plan.at)"),
        ("return shared.shared_with(self._brought(Recheck(plan.at, plan.at)))", "return shared"),
        ("if not overflows or not plan.can_be_split:", "if True:"),
    ),
    *changes(
        "writing/delivery.py",
        DELIVERY,
        ("or progress.position != position", ""),
        ("if remaining or skipped.hex() != progress.digest:", "if remaining:"),
        ("digest.copy_from(skipped)", "pass"),
        ("if len(lines) <= CHUNK:", "if lines:"),
        (
            "            if meter.events:\n                # The save",
            "            if False:\n                # The save",
        ),
        ("self._written.add(chain.from_iterable(begun.known for begun in waiting))", "pass"),
    ),
    *changes(
        "writing/progress.py",
        DELIVERY,
        ("if started == self._splunkd_started:", "if True:"),
        ("unlink(missing_ok=True)", "unlink()"),
    ),
    *changes(
        "run/trail.py",
        TRAIL,
        (
            "            self._pipe.wait_until_read(self._stop.check)\n        except",
            "        except",
        ),
        ("                self._pipe.wait_until_read(self._stop.check)\n", ""),
        ("            self._go_back()\n", ""),
    ),
    *changes(
        "run/storing.py",
        STORING,
        ("wrote_at + SAFE_AGE - monotonic()", "wrote_at - monotonic()"),
        ("if pipe.has_left():", "if False:"),
        ("            confirm()\n", ""),
        (
            "except StopRequested:\n        return True",
            "except StopRequested:\n        return False",
        ),
        (
            "except CollectionError:\n        return False",
            "except CollectionError:\n        return True",
        ),
    ),
    *number("akamai/plan.py", SHOWN, "RETRY_AFTER_MAX", "240.0", "600.0"),
    *changes(
        "akamai/fetching.py",
        FETCHING,
        ("or elapsed + pause > ATTEMPTS_SECONDS_MAX", ""),
        ("if self._waited + pause > RETRY_SECONDS_MAX or elapsed", "if elapsed"),
    ),
    *changes(
        "akamai/deadline.py",
        DEADLINE,
        ("response_class = FinalResponse", "pass"),
        ("deadline.opened_in_time(super()._new_conn)", "super()._new_conn()"),
    ),
    *changes(
        "akamai/page.py",
        PAGE,
        ("self._stream.eof and not self._stream.unused_data", "True"),
        ("if context.total != self.count:", "if False:"),
        ("if self._no_objects:", "if False:"),
        ("if mismatch and not self._tolerant:", "if False:"),
        ("or not offset:", "or False:"),
    ),
    *changes(
        "record/line_ends.py",
        LINE_ENDS,
        (' or not block.endswith(b"}\\n")', ""),
        ("not block.startswith(b'{\"') or ", ""),
        ("_NEXT, end - 1", "_NEXT[1:], end"),
    ),
    *changes(
        "akamai/error_table.py",
        ERRORS,
        ("answer.status // 100 * 100 if self.whole_hundred else answer.status", "answer.status"),
        ("max(0.0, moment - akamai_time)", "moment - akamai_time"),
        ("re.search(pattern, value, re.IGNORECASE)", "re.search(pattern, value)"),
        ("words[:_SHOWN_MAX]", "words"),
    ),
    *changes(
        "akamai/spool.py",
        SPOOL,
        ("if free < needed:", "if False:"),
        ("FREE_MIN + events * BYTES_PER_EVENT", "events * BYTES_PER_EVENT"),
        ("mode=0o700", "mode=0o777"),
    ),
    *changes(
        "akamai/line_multiset.py",
        MULTISET,
        ("self._taken[place] = 1", "pass"),
        ("if left <= right:", "if left < right:"),
    ),
    *changes(
        "record/masking.py",
        MASKING,
        ("(?:[^ \\t\\r\\n]|\\r(?!\\n))", "[^ \\t\\r\\n]"),
        ("re.IGNORECASE | re.MULTILINE", "re.MULTILINE"),
        ("unquote_plus(name).strip().lower()", "name.lower()"),
        ("if match[2] != MASKED:", "if True:"),
        ('in (None, "", [], {}, MASKED)', 'in (None, "", [], {})'),
    ),
    *changes(
        "record/decoding.py",
        RECORD,
        ('or b"\\n" in data or b"\\r" in data', ""),
        ("if len(decoded) != len(data)", "if len(decoded) < len(data)"),
        ("return item if _NO_PLAIN_TEXT.search(text) else text", "return text"),
        ("if not digits or len(digits) % 4 == _IMPOSSIBLE_LENGTH:", "if not digits:"),
    ),
    *changes(
        "record/rules.py",
        RECORD,
        ("_BYTES = (4, 5)", "_BYTES = (4,)"),
        ("if lists is not None and len(lists) == len(texts) else None", ""),
        ("while rules and not any(rules[-1]):", "while False:"),
    ),
    *changes(
        "record/recent.py",
        RECENT,
        ("self.put(key, found)", "pass"),
        ("if len(self._new) >= self._size:", "if False:"),
        ("new > _NEARLY_ALL * times", "new > 0"),
        ("times >= ENOUGH and ", ""),
    ),
    *changes(
        "record/event_time.py",
        SHAPES,
        ("_EARLIEST_TEXT <= start <= latest", "_EARLIEST_TEXT <= start"),
        ("_EARLIEST_TEXT <= start <= latest", "start <= latest"),
        ("and start[_SECONDS_DIGITS] == _POINT", ""),
        ("        and start[:_SECONDS_DIGITS].isdigit()\n", ""),
        ("and start[_SECONDS_DIGITS + 1 :].isdigit()", ""),
    ),
    *changes(
        "record/rule_items.py",
        RECORD,
        ("if not any_bytes and not _is_plain(joined, text):", "if False:"),
        ("if len(items) == len(decoded) else None", ""),
        (' and not _misplaced(b";" + lists)', ""),
        ('_misplaced(b";" + lists)', "_misplaced(lists)"),
        ("if inside.isascii() or is_xml_text(inside) else escaped(inside)", ""),
        ("if lists is not None and len(lists) == 1:", "if lists is not None:"),
    ),
    *changes(
        "record/encoded_items.py",
        ENCODED,
        (" or not may_be_base64(decoded)", ""),
        (' or decoded.count(b"|") != len(lists) - 1', ""),
        ("for each in (digits, plain)", "for each in (digits,)"),
        ('or b"\\\\" in inside ', ""),
        ('not text.startswith(b"\\0") or ', ""),
        ("[: len(group) + 1]", "[:4]"),
        ("range(0, 256, 16)", "(0,)"),
        ('b"[=;]"', 'b";"'),
        ("[byte, byte - 32]", "[byte]"),
    ),
    *changes(
        "record/headers.py",
        RECORD,
        ("or (lines and min(lines) < _FIRST_PRINTED)", ""),
        ("[*lines, rest] if rest else lines", "[*lines, rest]"),
    ),
    *changes(
        "record/event_time.py",
        RECORD,
        ("digits = start.isascii() and ", "digits = "),
        ("_EARLIEST <= float(time) <= latest", "float(time) <= latest"),
        ("_EARLIEST <= float(time) <= latest", "_EARLIEST <= float(time)"),
        ("_AHEAD = 86_400.0", "_AHEAD = 86_400.5"),
        ("fraction[:3]:0<3", "fraction[:3]:0>3"),
    ),
    *changes(
        "record/event.py",
        RECORD,
        ("if not text.isascii():", "if False:"),
        ("if end != len(text) or type(value) is not dict:", "if type(value) is not dict:"),
        ("parse_constant=str,", ""),
        ("strict=False,", ""),
        ("_untimed_http_order)", "_timed_http_order)"),
        ("if len(ordered) < len(members):", "if False:"),
    ),
    *changes(
        "record/outline.py",
        SHAPES,
        ("one.always & other.always", "one.always | other.always"),
        ("if name not in self.always:\n                found", "if False:\n                found"),
        ("found += [place + each for each in inner.deciding()]", "pass"),
    ),
    *changes(
        "record/shape.py",
        SHAPES,
        ("for name in RULE_LISTS]", "for name in [*RULE_LISTS][::-1]]"),
    ),
    *changes(
        "record/known_shapes.py",
        SHAPES,
        ('(*range(32), ord("\\\\"))', "range(32)"),
        ('(*range(32), ord("\\\\"))', '(*range(31), ord("\\\\"))'),
        ("or _is_readable(data[begin:end])", "or True"),
        ("return is_xml_text(text)", "return True"),
        ("values = line.groups()", 'values = line.groups(b"")'),
        ("not self._worth or self._unknown * 2 < since", "True"),
    ),
    *changes(
        "record/shaped_records.py",
        SHAPES,
        ('if b"%" in text else text', "if False else text"),
        ("pieces[place] = time\n", "pass\n"),
        ("pieces[place] = _items(pieces[place])\n", "pass\n"),
    ),
    *changes(
        "record/header_blocks.py",
        HEADER_BLOCKS,
        (" or min(lines) < _FIRST_PRINTED", ""),
        ("if len(data.translate(None, _CONTROLS)) != len(data):", "if False:"),
        ("if len(lists) != len(blocks):", "if False:"),
        ("if len(joined) - len(data) != len(lines) - 1 or", "if"),
        ("if not is_xml_text(text):", "if False:"),
        ('if block else b"[]"', ""),
        ("lines.removesuffix(_BETWEEN)", "lines"),
    ),
)
