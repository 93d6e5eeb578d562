"""What a public host and an editor read: pinned, with few rights, and consistent with the
Makefile.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
TEST, RELEASE = (ROOT / ".github" / "workflows" / name for name in ("test.yml", "release.yml"))
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"


def test_the_workflows_run_what_we_run() -> None:
    assert sorted(WORKFLOWS) == sorted([TEST, RELEASE])
    for workflow, script, target in (
        (TEST, "run", "make test"),
        (RELEASE, "release", "make release-files"),
    ):
        commands = re.findall(r"^ +run: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
        assert f".ci/{script}" in commands
        text = (ROOT / ".ci" / script).read_text(encoding="utf-8")
        assert re.search(rf"^(?:exec )?{target}$", text, re.MULTILINE)


def test_actions_are_pinned_by_their_commit() -> None:
    for workflow in WORKFLOWS:
        used = re.findall(r"uses: *(.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
        assert used
        for each in used:
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each


def test_what_runs_our_code_may_only_read() -> None:
    """The job that may write makes a draft from files, and checks out nothing."""
    for workflow in WORKFLOWS:
        text = workflow.read_text(encoding="utf-8")
        assert "\npermissions:\n  contents: read\n\n" in text
        jobs = re.split(r"^  (?=\w+:\n)", text.partition("\njobs:\n")[2], flags=re.MULTILINE)
        writing = [job for job in jobs if "permissions:" in job]
        assert [job.partition(":")[0] for job in writing] == ["draft"] * (workflow == RELEASE)
        for job in writing:
            assert "actions/checkout" not in job
            assert ".ci/" not in job
            assert "--draft" in job
        assert "persist-credentials: false" in text
        assert "pull_request_target" not in text
        assert "secrets." not in text


def test_the_workflow_has_the_pythons_of_splunk() -> None:
    listed = re.search(r"python-version: \|\n((?: +[\d.]+\n)+)", TEST.read_text("utf-8"))
    wanted = re.search(
        r"^WANTED = \((.+)\)", (ROOT / "packaging/find_pythons.py").read_text(), re.MULTILINE
    )
    assert listed
    assert wanted
    assert listed[1].split() == re.findall(r'"([\d.]+)"', wanted[1])


def test_a_report_asks_for_what_a_diagnosis_needs() -> None:
    form = (FORMS / "problem.yml").read_text(encoding="utf-8")
    required = re.findall(r"id: (\w+)\n(?:(?!  - type:).*\n)*?\s+required: true", form)
    assert {"version", "splunk", "deployment", "log", "secrets"} <= set(required)
    for fact in ("page.collected", "run.finished", "index=_internal", "Python"):
        assert fact in form


def test_commits_are_linted_by_make_lint() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (entry,) = re.findall(r"entry: (.+)", hooks)
    assert "repo: local" in hooks
    planned = subprocess.run(
        [*entry.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for linter in ("ruff check", "ruff format --check", "mypy"):
        assert f"-m {linter}" in planned


def test_what_a_test_needs_of_the_build_is_made() -> None:
    """A fixture prepares it, so that any test runs alone in a fresh clone."""
    for path in sorted((ROOT / "tests" / "product" / "repository").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(r'"build" / "(?:TA_akamai_siem|venv)"|/ "dist"', text):
            assert re.search(r'usefixtures\("(?:built_app|package)"\)|\(tools: Path', text), path


def test_every_target_has_its_line_of_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    described = dict(re.findall(r"^([a-z-]+):.*?## (\S.*)$", text, re.MULTILINE))
    assert sorted(phony.split()) == sorted(described)
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    for target, line in described.items():
        assert re.search(rf"make {target} +{re.escape(line)}$", shown.stdout, re.MULTILINE)


def test_each_command_of_a_document_is_a_target() -> None:
    """And each variable that a document sets is one of the target's line of help."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    described = dict(re.findall(r"^([a-z-]+):.*?## (\S.*)$", makefile, re.MULTILINE))
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
    pages += (ROOT / ".github").rglob("*.*")
    command = re.compile(r"(?:`|^ +|: )make ([a-z-]+)((?: [A-Z]+=)?)", re.MULTILINE)
    named = {
        found
        for page in pages
        if page.is_file()
        for found in command.findall(page.read_text(encoding="utf-8"))
    }
    assert len(named) > 20
    for target, variable in named:
        assert target in described, target
        assert variable.strip() in described[target], (target, variable)


def test_no_address_is_invented() -> None:
    for path in [ROOT / "SECURITY.md", *(ROOT / ".github").rglob("*.*")]:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"[\w.-]+@[\w-]+\.[a-z]{2,}|https?://", text), path
