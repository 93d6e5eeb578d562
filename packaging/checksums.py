"""Write ``dist/TA_akamai_siem-<version>.sha256``: ``python packaging/checksums.py``.

``sha256sum --check`` reads this file. For each package, a comment has the digest of the
uncompressed archive, which is the same even if another zlib compresses differently.
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
