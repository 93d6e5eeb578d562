"""Make a release up to the upload: ``python packaging/release.py VERSION``, ``make release``.

It writes the version and today's date to app.manifest and CHANGELOG.md, commits, builds both
packages with the list of components and the checksums, inspects them, makes the site of the
documents, writes the notes, and tags the commit. Nothing leaves this host. If a step fails, there
is no tag: correct the fault, commit, and run it again.

``python packaging/release.py --notes`` only writes the notes of the version that is checked out, to
``dist/``: the changelog's section and the checksums. The hosted workflow does that from a tag.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys

from app_identity import APP_ID, DIST, ROOT, version

MANIFEST = ROOT / "app.manifest"
CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "## Unreleased\n"
_VERSION = re.compile(r"\d+\.\d+\.\d+\Z")
_TO_A_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)\s]+\)")


def section(changelog: str, wanted: str) -> str:
    """The lines of a version in the changelog. Exits if there are none."""
    found = re.search(
        rf"^## {re.escape(wanted)}\b[^\n]*\n(.*?)(?=^## |\Z)", changelog, re.DOTALL | re.MULTILINE
    )
    if not found or not found[1].strip():
        raise SystemExit(f"CHANGELOG.md has no lines for {wanted}.")
    return found[1].strip()


def released(changelog: str, wanted: str, date: str) -> str:
    """The changelog with its newest heading for this version. Exits if it has none."""
    if changelog.count(UNRELEASED) != 1:
        raise SystemExit("CHANGELOG.md needs the heading 'Unreleased' once.")
    section(changelog, "Unreleased")
    return changelog.replace(UNRELEASED, f"## {wanted} ({date})\n")


def manifest(text: str, wanted: str, date: str) -> str:
    """app.manifest with version and date, otherwise unchanged."""
    text, versions = re.subn(r'("version": )"[^"]*"', rf'\g<1>"{wanted}"', text, count=1)
    text, dates = re.subn(r'("releaseDate": )(?:null|"[^"]*")', rf'\g<1>"{date}"', text, count=1)
    if not (versions and dates and json.loads(text)["info"]["id"]["version"] == wanted):
        raise SystemExit("app.manifest does not have a version and a releaseDate.")
    return text


def notes(changelog: str, wanted: str, checksums: str) -> str:
    """The text of a release: what changed, and the checksums of its files.

    A link to a file of the repository becomes its label: beside a release, it leads nowhere.
    """
    changes = _TO_A_FILE.sub(r"\1", section(changelog, wanted))
    return f"{changes}\n\n## Checksums (SHA-256)\n\n```\n{checksums}```\n"


def write_notes() -> None:
    """Write ``dist/TA_akamai_siem-<version>.md``."""
    name = f"{APP_ID}-{version()}"
    checksums = (DIST / f"{name}.sha256").read_text(encoding="utf-8")
    text = notes(CHANGELOG.read_text(encoding="utf-8"), version(), checksums)
    (DIST / f"{name}.md").write_text(text, encoding="utf-8")
    print(f"dist/{name}.md  notes of the release")


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _check(wanted: str) -> None:
    """Exit if this version cannot be released from this tree."""
    if not _VERSION.match(wanted):
        raise SystemExit("Which version? make release VERSION=0.2.0")
    if _git("status", "--porcelain"):
        raise SystemExit("There are changes that are not committed.")
    if _git("tag", "--list", f"v{wanted}"):
        raise SystemExit(f"The tag v{wanted} exists. A published package is never replaced.")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _write(wanted: str) -> None:
    """Write and commit version and date, unless an earlier try has done it."""
    if wanted == version() and UNRELEASED not in CHANGELOG.read_text(encoding="utf-8"):
        return
    if _numbers(wanted) < _numbers(version()):
        raise SystemExit(f"{wanted} is older than {version()}, the version of app.manifest.")
    today = dt.datetime.now(dt.timezone.utc).date().isoformat()
    for path, text in (
        (CHANGELOG, released(CHANGELOG.read_text(encoding="utf-8"), wanted, today)),
        (MANIFEST, manifest(MANIFEST.read_text(encoding="utf-8"), wanted, today)),
    ):
        path.write_text(text, encoding="utf-8")
    _git("commit", "--quiet", "--all", "--message", f"Version {wanted}")


def _tag(wanted: str) -> None:
    """Tag the commit; with a signature if git has a key for it."""
    configured = subprocess.run(
        ["git", "-C", str(ROOT), "config", "user.signingkey"], check=False, capture_output=True
    )
    kind = "--annotate" if configured.returncode else "--sign"
    _git("tag", kind, f"v{wanted}", "--message", f"Version {wanted}")


def main() -> None:
    """Release the version that the command line names."""
    if sys.argv[1:] == ["--notes"]:
        write_notes()
        return
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    _check(wanted)
    _write(wanted)
    made = subprocess.run(["make", "--no-print-directory", "release-files"], cwd=ROOT, check=False)
    if made.returncode:
        raise SystemExit(f"v{wanted} is not tagged. Correct the fault, commit, and run it again.")
    _tag(wanted)
    print(
        f"\nTagged v{wanted}. Build on a second host and compare dist/*.sha256. Then upload:\n"
        f"  git push origin HEAD v{wanted}     the workflow makes a draft of the release\n"
        f"  dist/{APP_ID}-{wanted}-splunkbase.tar.gz     to Splunkbase"
    )


if __name__ == "__main__":
    main()
