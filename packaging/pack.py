"""Pack the built app twice: ``python packaging/pack.py`` → ``dist/``.

* ``TA_akamai_siem-<version>.tar.gz``: to install from a file, or to upload to Splunk Cloud as a
  private app. It does not check Splunkbase for updates.
* ``TA_akamai_siem-<version>-splunkbase.tar.gz``: for Splunkbase. It checks for updates.

The same app gives the same bytes on any host: sorted names, one date, no owner, fixed modes.
Prints each package's path, size and SHA-256.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
from typing import TYPE_CHECKING

from app_identity import APP, APP_ID, ROOT, package_path, source_date, splunkbase_path

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


_UPDATES = {
    "default/app.conf": (
        re.compile(rb"(?m)^(check_for_updates\s*=\s*)false$"),
        rb"\g<1>true",
    ),
    "appserver/static/js/build/globalConfig.json": (
        re.compile(rb'("checkForUpdates":\s*)false'),
        rb"\g<1>true",
    ),
}
"""The setting that tells Splunk whether to check Splunkbase for updates."""


def for_splunkbase(app: Path) -> dict[str, bytes]:
    """Return the content of the files that differ in the package for Splunkbase."""
    changed = {}
    for name, (pattern, replacement) in _UPDATES.items():
        changed[name], count = pattern.subn(replacement, (app / name).read_bytes())
        if count != 1:
            message = f"{name}: the switch for updates is not there once"
            raise SystemExit(message)
    return changed


def refusals(names: list[str]) -> list[str]:
    """Return ``name: reason`` for every path in the app that must not be shipped."""
    return [
        f"{name}: {kind}"
        for name in names
        for kind, pattern in _REFUSED.items()
        if pattern.search(name)
    ]


def _folder(name: str, date: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mtime = date
    member.type = tarfile.DIRTYPE
    member.mode = FOLDER_MODE
    return member


def _file(name: str, size: int, date: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.mtime = date
    member.mode = FILE_MODE
    member.size = size
    return member


def _tar(app: Path, date: int, changed: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        archive.addfile(_folder(APP_ID, date))
        for path in sorted(app.rglob("*"), key=lambda path: path.relative_to(app).as_posix()):
            if path.is_symlink():
                message = f"{path}: a link; a package holds files only"
                raise SystemExit(message)
            inside = path.relative_to(app).as_posix()
            name = f"{APP_ID}/{inside}"
            if path.is_dir():
                archive.addfile(_folder(name, date))
                continue
            content = changed[inside] if inside in changed else path.read_bytes()
            archive.addfile(_file(name, len(content), date), io.BytesIO(content))
    return buffer.getvalue()


def pack(app: Path, target: Path, changed: dict[str, bytes]) -> str:
    """Write a package and return its SHA-256. `changed`: content in place of a file's own."""
    names = [path.relative_to(app).as_posix() for path in app.rglob("*") if path.is_file()]
    refused = refusals(sorted(names))
    if refused:
        raise SystemExit("not packed, because the app holds\n  " + "\n  ".join(refused))
    target.parent.mkdir(parents=True, exist_ok=True)
    date = source_date()
    # gzip writes its own date and, if it knows it, the file's name; so compress in memory.
    packed = gzip.compress(_tar(app, date, changed), compresslevel=_SMALLEST, mtime=date)
    target.write_bytes(packed)
    return hashlib.sha256(packed).hexdigest()


def main() -> None:
    """Pack ``build/TA_akamai_siem`` as both packages."""
    for target, changed in ((package_path(), {}), (splunkbase_path(), for_splunkbase(APP))):
        digest = pack(APP, target, changed)
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size:,} bytes  sha256 {digest}")


if __name__ == "__main__":
    main()
