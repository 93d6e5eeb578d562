"""`make views`: renders each view with Splunk's own components in Chromium, without Splunk.

Both themes, two widths; the searches are answered by the emulation over the demo's records. Ends
with 1 if Splunk's own validation of a definition finds anything, a search or the page fails, or
the page asks for anything outside. Pictures are in build/views/pictures; with DOCS=1, those that
docs/views.md shows are written anew too; with CHECK=1, one of each view is taken. With SERVE=1 it
serves the views to a browser of yours instead, with IN=workbench over what a running workbench has
indexed. The components come from the npm registry (587 MB, by package-lock.json); they are not
shipped.
"""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import shutil
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests import ROOT
from tests.by_hand.views.live import Live
from tests.by_hand.views.server import Server
from tests.product.search import view_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.oracles.search_time.spl import Searcher

HERE = Path(__file__).resolve().parent
BUILT = ROOT / "build" / "views"
PICTURES = BUILT / "pictures"
WORKBENCH = ROOT / "build" / "workbench"
LOCK = "package-lock.json"
SOURCES = (
    *("package.json", LOCK, ".npmrc", "vite.config.mjs", "index.html"),
    *("main.jsx", "emulated_search.js", "page_state.js", "pictures.mjs"),
)
THEMES = ("light", "dark")
WIDTHS = (1280, 1920)
OF_DOCS = {
    **{f"view_{name}.png": f"{name}_light_1280.png" for name in view_scene.NAMES},
    "view_coverage.png": "coverage_blind.png",
    "view_overview_dark.png": "overview_dark_1280.png",
    "view_overview_empty.png": "overview_empty.png",
    "walk_reference.png": "walk_reference.png",
    "walk_tuning.png": "walk_tuning.png",
}
"""Pictures of docs/images, and which they are."""
INPUTS_HEIGHT = {10: 165, 3: 90, 2: 90}
"""What the inputs above a view need, by their number, at the smaller width."""


def main() -> int:
    for program in ("node", "npm", "chromium"):
        if shutil.which(program) is None:
            print(f"`make views` needs {program}. On Debian: apt-get install nodejs npm chromium")
            return 1
    prepare()
    if os.environ.get("IN") == "workbench":
        if not WORKBENCH.is_dir():
            print("No workbench is running: start `make workbench` in another terminal.")
            return 1
        return serve(Server(BUILT / "dist", view_scene.VIEWS, Live(WORKBENCH).searcher))
    server = Server(BUILT / "dist", view_scene.VIEWS, view_scene.searcher)
    if os.environ.get("SERVE"):
        return serve(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    PICTURES.mkdir(exist_ok=True)
    brief = bool(os.environ.get("CHECK"))
    wanted = [
        picture(name, theme, width, view_scene.GIVEN.get(name, {}))
        for name in view_scene.NAMES
        for theme in THEMES[: 1 if brief else None]
        for width in WIDTHS[: 1 if brief else None]
    ]
    wanted += [] if brief else walks()
    wanted = [{**one, "base": server.url} for one in wanted]
    wanted += [] if brief else list(of_other_events())
    wrong = take(sorted(wanted, key=lambda one: one["file"] not in OF_DOCS.values()))
    print(f"{len(wanted)} pictures in {PICTURES.relative_to(ROOT)}, {wrong} of them wrong")
    return 1 if wrong else 0


def serve(server: Server) -> int:
    """Until Ctrl-C. Links work: those to a search show its rows."""
    for name in view_scene.NAMES:
        given = urlencode({f"form.{k}": v for k, v in view_scene.GIVEN.get(name, {}).items()})
        print(f"{name:14} {server.url}?view={name}&{given}".rstrip("&"), flush=True)
    print("Ctrl-C ends it.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


def prepare() -> None:
    """Install the components if their lock has changed, and build the page."""
    BUILT.mkdir(parents=True, exist_ok=True)
    installed = BUILT / "installed.json"
    fresh = installed.is_file() and filecmp.cmp(installed, HERE / LOCK, shallow=False)
    for name in SOURCES:
        shutil.copyfile(HERE / name, BUILT / name)
    if not fresh:
        print("installing Splunk's components from the npm registry", flush=True)
        run("npm", "ci", "--no-progress", "--ignore-scripts")
        shutil.copyfile(HERE / LOCK, installed)
    run("npx", "--no-install", "vite", "build")


def run(*command: str) -> None:
    done = subprocess.run(
        command, cwd=BUILT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{' '.join(command)} failed")


def picture(
    view: str, theme: str, width: int, tokens: dict[str, str], file: str = ""
) -> dict[str, Any]:
    """What `pictures.mjs` has to take."""
    board = view_scene.dashboards()[view]
    blocks = [one["position"] for one in board.definition["layout"]["structure"]]
    query = urlencode({f"form.{name}": value for name, value in tokens.items()})
    return {
        "view": view,
        "theme": theme,
        "width": width,
        "height": max(one["y"] + one["h"] for one in blocks) + INPUTS_HEIGHT[len(board.inputs)],
        "query": f"&{query}" if query else "",
        "file": file or f"{view}_{theme}_{width}.png",
    }


def walks() -> list[dict[str, Any]]:
    """Steps of the walks of docs/views.md."""
    blocked = {"kind": "request_id", "value": view_scene.a_reference()}
    tuned = {"policy": "pol3_14227"}
    return [
        picture("investigation", "light", 1280, blocked, "walk_reference.png"),
        picture("tuning", "light", 1280, tuned, "walk_tuning.png"),
    ]


def of_other_events() -> Iterator[dict[str, Any]]:
    """Views of an index without events, of one with the events of Akamai's connector only, and of
    names with blind spots.
    """
    scenes: dict[str, tuple[Callable[[], Searcher], tuple[str, ...]]] = {
        "empty": (partial(view_scene.searcher, "none"), ("overview", "operations")),
        "connector": (partial(view_scene.searcher, "akamaisiem"), ("overview", "operations")),
        "blind": (view_scene.blind, ("coverage",)),
    }
    for called, (searcher, names) in scenes.items():
        server = Server(BUILT / "dist", view_scene.VIEWS, searcher)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in names:
            taken = picture(name, "light", 1280, {}, f"{name}_{called}.png")
            yield {**taken, "base": server.url}


def take(wanted: list[dict[str, Any]]) -> int:
    """How many are wrong."""
    asked = json.dumps({"folder": str(PICTURES), "pictures": wanted})
    with subprocess.Popen(
        ["node", "pictures.mjs"],
        cwd=BUILT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(asked)
        process.stdin.close()
        wrong = seen = 0
        for line in process.stdout:
            told = json.loads(line)
            faults = {
                name: told[name]
                for name in ("validation", "failures", "errors", "outside", "layout")
                if told[name]
            }
            seen += 1
            wrong += bool(faults)
            if os.environ.get("DOCS") and not faults:
                show_in_docs(told["file"])
            print(f"{told['file']:32} {faults or 'validated, nothing failed, nothing outside'}")
            sys.stdout.flush()
    return wrong + len(wanted) - seen


def show_in_docs(taken: str) -> None:
    """Put a picture in the docs, if they show it."""
    for shown, known in OF_DOCS.items():
        if known == taken:
            shutil.copyfile(PICTURES / taken, ROOT / "docs" / "images" / shown)


if __name__ == "__main__":
    sys.exit(main())
