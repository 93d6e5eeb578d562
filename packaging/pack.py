"""Pack the built app: ``python packaging/pack.py`` → ``dist/TA_akamai_siem-<version>.tar.gz``.

The same app gives the same bytes anywhere: names sorted, one date, no owner, fixed modes.
Prints the package's path, size and SHA-256.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from typing import TYPE_CHECKING

from app_identity import APP, APP_ID, ROOT, package_path, source_date

if TYPE_CHECKING:
    from pathlib import Path

FOLDER_MODE = 0o755
FILE_MODE = 0o644
_SMALLEST = 9

_REFUSED = {
    "hidden": re.compile(r"(^|/)(\.|__MACOSX)"),
    "compiled": re.compile(r"(\.(pyc|pyo|so|pyd|dll|dylib|exe|a|o)|\.so\.\d+)$|(^|/)__pycache__/"),
    "a test": re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|conftest)\.py$"),
    "local settings": re.compile(r"^(local/|metadata/local\.meta)"),
    "a sample credential": re.compile(r"(^|/)[^/]*edgerc[^/]*(?<!\.py)$"),
}


def refusals(names: list[str]) -> list[str]:
    """Return ``name: reason`` for every path in the app that must not be shipped."""
    return [
        f"{name}: {kind}"
        for name in names
        for kind, pattern in _REFUSED.items()
        if pattern.search(name)
    ]


def _member(name: str, path: Path, date: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mtime = date
    if path.is_dir():
        member.type = tarfile.DIRTYPE
        member.mode = FOLDER_MODE
    else:
        member.mode = FILE_MODE
        member.size = path.stat().st_size
    return member


def _tar(app: Path, date: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(_member(APP_ID, app, date))
        for path in sorted(app.rglob("*"), key=lambda path: path.relative_to(app).as_posix()):
            if path.is_symlink():
                message = f"{path}: a link; a package holds files only"
                raise SystemExit(message)
            name = f"{APP_ID}/{path.relative_to(app).as_posix()}"
            member = _member(name, path, date)
            if path.is_dir():
                archive.addfile(member)
            else:
                archive.addfile(member, io.BytesIO(path.read_bytes()))
    return buffer.getvalue()


def pack(app: Path, target: Path) -> str:
    """Write the package and return its SHA-256."""
    names = [path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()]
    refused = refusals(sorted(names))
    if refused:
        raise SystemExit("not packed, because the app holds\n  " + "\n  ".join(refused))
    target.parent.mkdir(parents=True, exist_ok=True)
    date = source_date()
    # gzip writes its own date, and the file's name where it knows it: hence in memory.
    packed = gzip.compress(_tar(app, date), compresslevel=_SMALLEST, mtime=date)
    target.write_bytes(packed)
    return hashlib.sha256(packed).hexdigest()


def main() -> None:
    """Pack ``build/TA_akamai_siem``."""
    target = package_path()
    digest = pack(APP, target)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size:,} bytes  sha256 {digest}")


if __name__ == "__main__":
    main()
