"""Write ``dist/TA_akamai_siem-<version>.sha256``: ``python packaging/checksums.py``.

The file is what ``sha256sum --check`` reads. For each package it also holds, as a comment, the
digest of the archive inside: it is the same where another zlib compresses in another way.
"""

from __future__ import annotations

import gzip
import hashlib

from app_identity import APP_ID, DIST, ROOT, package_path, sbom_path, splunkbase_path, version


def main() -> None:
    """Write the file and print it."""
    lines = []
    for path in (package_path(), splunkbase_path(), sbom_path()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            inside = hashlib.sha256(gzip.decompress(data)).hexdigest()
            lines.append(f"# uncompressed {inside}  {path.name}\n")
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    target = DIST / f"{APP_ID}-{version()}.sha256"
    target.write_text("".join(lines), encoding="utf-8")
    print(f"{target.relative_to(ROOT)}  checksums of {len(lines) - 2} files")


if __name__ == "__main__":
    main()
