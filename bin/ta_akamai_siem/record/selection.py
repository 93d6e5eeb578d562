"""What of the events is indexed, as an input's settings choose it: `mask`, `leave_out`, `drop`.

Most inputs choose nothing. What makes a choice true is imported only if there is one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Optional

if TYPE_CHECKING:
    from ta_akamai_siem.volume.grammar import Line
    from ta_akamai_siem.volume.left_out import LeftOut
    from ta_akamai_siem.volume.matching import Dropping

    from .masking import Masking


class Selection(NamedTuple):
    """The settings, checked. Without any, all of each event is indexed."""

    mask: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    drop: tuple[Line, ...] = ()

    def masking(self) -> Optional[Masking]:
        if not self.mask:
            return None
        from .masking import Masking

        return Masking(self.mask)

    def left_out(self) -> Optional[LeftOut]:
        if not self.leave_out:
            return None
        from ta_akamai_siem.volume.left_out import left_out

        return left_out(self.leave_out)

    def dropping(self) -> Optional[Dropping]:
        if not self.drop:
            return None
        from ta_akamai_siem.volume.matching import Dropping
        from ta_akamai_siem.volume.rule_masks import Decoders

        from .encoded_items import finder
        from .rules import ids_tags_actions, items_of_lists

        return Dropping(self.drop, Decoders(items_of_lists, finder, ids_tags_actions))

    def to_text(self) -> str:
        """For a worker process."""
        rules = "\n".join(line.text for line in self.drop)
        return json.dumps({"mask": self.mask, "leave_out": self.leave_out, "drop": rules})

    @classmethod
    def from_text(cls, text: str) -> Selection:
        from ta_akamai_siem.volume.grammar import read_lines

        value = json.loads(text)
        lines, _ = read_lines(value["drop"])
        return cls(tuple(value["mask"]), tuple(value["leave_out"]), lines)


EVERYTHING = Selection()
