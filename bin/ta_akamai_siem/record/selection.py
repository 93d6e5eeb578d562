"""What of the events is indexed, as an input's settings choose it: `mask`, `leave_out`, `drop`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.volume.grammar import read_lines
from ta_akamai_siem.volume.left_out import left_out

from .masking import Masking
from .rules import ids_tags_actions, items_of_lists, text_of_lists

if TYPE_CHECKING:
    from ta_akamai_siem.volume.grammar import Line
    from ta_akamai_siem.volume.left_out import LeftOut
    from ta_akamai_siem.volume.matching import Dropping


class Selection(NamedTuple):
    """The settings, checked. Without any, all of each event is indexed."""

    mask: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    drop: tuple[Line, ...] = ()

    def masking(self) -> Optional[Masking]:
        return Masking(self.mask) if self.mask else None

    def left_out(self) -> Optional[LeftOut]:
        return left_out(self.leave_out)

    def dropping(self) -> Optional[Dropping]:
        if not self.drop:
            return None
        # Imported only if there are rules, to start faster.
        from ta_akamai_siem.volume.matching import Dropping  # noqa: PLC0415
        from ta_akamai_siem.volume.rule_masks import Decoders  # noqa: PLC0415

        return Dropping(self.drop, Decoders(items_of_lists, text_of_lists, ids_tags_actions))

    def to_text(self) -> str:
        """For a worker process."""
        rules = "\n".join(line.text for line in self.drop)
        return json.dumps({"mask": self.mask, "leave_out": self.leave_out, "drop": rules})

    @classmethod
    def from_text(cls, text: str) -> Selection:
        value = json.loads(text)
        lines, _ = read_lines(value["drop"])
        return cls(tuple(value["mask"]), tuple(value["leave_out"]), lines)


EVERYTHING = Selection()
