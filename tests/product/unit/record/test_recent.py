"""What was asked for lately stays known, and the number of keys is bounded."""

from __future__ import annotations

from ta_akamai_siem.record.recent import ENOUGH, LEFT_ALONE, Recent


def test_bounded_and_those_asked_for_stay() -> None:
    recent: Recent[int, str] = Recent(10)
    recent.put(0, "kept")
    for number in range(1, 100):
        recent.put(number, str(number))
        assert recent.get(0) == "kept"
        assert len(recent) <= 20
    known = {each for each in range(100) if recent.get(each) is not None}
    assert known >= {0, *range(91, 100)}
    assert 1 not in known


def test_it_is_left_alone_for_a_while_if_keys_do_not_come_again() -> None:
    recent: Recent[int, str] = Recent(10)

    def pays(times: int, new: int) -> bool:
        recent.asked(times, new)
        return recent.pays

    asked = ((ENOUGH - 1, ENOUGH - 1), (100, 90), (ENOUGH, ENOUGH), (LEFT_ALONE - 1, 0), (1, 1))
    assert [pays(*each) for each in asked] == [True, True, False, False, True]
