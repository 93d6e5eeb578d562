"""`splunk.clilib.bundle_paths`: paths that cannot leave SPLUNK_HOME."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def make_splunkhome_path(parts: Sequence[str]) -> str:
    """Join paths below $SPLUNK_HOME; ValueError for a path that leads out of it."""
    home = os.path.normpath(os.environ["SPLUNK_HOME"])
    path = os.path.normpath(Path(home, *parts))
    if not path.startswith(home + os.sep):
        raise ValueError("Illegal escape from parent directory: " + path)
    return path


def get_slaveapps_base_path() -> str:
    """Return the folder of a cluster's apps."""
    return make_splunkhome_path(["etc", "peer-apps"])
