"""The pieces of a view, and the definition for Dashboard Studio that they make.

A view has at most six searches (`Base`); its panels take the rows of one, or of a search that goes
on from one (`Panel.then`). Users may run as few as three searches at once.
https://help.splunk.com/en/splunk-enterprise/create-dashboards-and-reports/dashboard-studio/9.4
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from columns import formats, rows_that_fit
from data_model import NAME

APP = "TA_akamai_siem"
WIDTH = 1200
"""Of the grid, in its own units: it fills the window."""
SEARCHES_MAX = 6
COLOURS = {
    "blocked": "#DC4E41",
    "allowed": "#5FBFA9",
    "unknown": "#A6ADB7",
}
"""Of actions, wherever they are a series."""
_ITEMS = "items of"
"""Of an input whose list a search fills: that search, its column, and what makes its labels. It is
not in the file."""
_TIME = {"earliest": "$global_time.earliest$", "latest": "$global_time.latest$"}
_KINDS = {
    "area": "splunk.area",
    "bar": "splunk.bar",
    "column": "splunk.column",
    "line": "splunk.line",
    "map": "splunk.map",
    "note": "splunk.table",
    "number": "splunk.singlevalue",
    "table": "splunk.table",
}
_CHARTS = ("area", "bar", "column", "line")


@dataclass(frozen=True)
class Base:
    """A search. `earliest`: of its time range; "" is the time picker's. `accelerated`: it reads
    nothing but summaries.
    """

    name: str
    query: str
    earliest: str = ""
    latest: str = "now"

    @property
    def accelerated(self) -> bool:
        return "_accelerated`" in self.query


@dataclass(frozen=True)
class Link:
    """What a click opens. `url`: without the app; tokens in it are escaped."""

    url: str
    says: str
    new_tab: bool = False


@dataclass(frozen=True)
class Panel:
    """`kind`: of a visualisation, or `note`: one sentence, and no panel without one.
    `question`: what it answers, shown under its title. `base`: its search, `then`: commands that
    follow. `width`: of `WIDTH`. `marks`: commands that leave moments to mark, with a text each.
    `options`: of the visualisation; `context`: what they name.
    """

    name: str
    kind: str
    title: str
    question: str
    base: str
    then: str = ""
    link: Link | None = None
    width: int = WIDTH
    marks: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """Panels beside each other."""

    height: int
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class View:
    """`question`: shown under its label. `inputs`: by name, in their order."""

    name: str
    label: str
    question: str
    inputs: dict[str, dict[str, Any]]
    bases: tuple[Base, ...]
    rows: tuple[Row, ...]

    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]

    def xml(self) -> str:
        """The file in default/data/ui/views."""
        definition = json.dumps(self.definition(), indent=1, ensure_ascii=False)
        if "]]>" in definition:
            raise ValueError(self.name)
        return (
            '<dashboard version="2" theme="light">\n'
            f"    <label>{escape(self.label)}</label>\n"
            f"    <description>{escape(self.question)}</description>\n"
            f"    <definition><![CDATA[\n{definition}\n    ]]></definition>\n"
            "</dashboard>\n"
        )

    def definition(self) -> dict[str, Any]:
        """The JSON in it."""
        if len(self.bases) > SEARCHES_MAX:
            raise ValueError(f"{self.name} has {len(self.bases)} searches")
        return {
            "title": self.label,
            "description": self.question,
            "inputs": {
                name: {key: value for key, value in one.items() if key != _ITEMS}
                for name, one in self.inputs.items()
            },
            "dataSources": self._sources(),
            "visualizations": {
                f"viz_{panel.name}": _visualization(panel, row.height)
                for row in self.rows
                for panel in row.panels
            },
            "layout": {
                "type": "grid",
                "options": {"width": WIDTH, "gutterSize": 8},
                "globalInputs": list(self.inputs),
                "structure": list(self._structure()),
            },
            "defaults": {"dataSources": {"ds.search": {"options": {"queryParameters": _TIME}}}},
        }

    def _sources(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for base in self.bases:
            options: dict[str, Any] = {"query": base.query}
            if base.earliest:
                options["queryParameters"] = {"earliest": base.earliest, "latest": base.latest}
            made[f"ds_{base.name}"] = {
                "type": "ds.search",
                "name": base.name,
                "options": options,
            }
        known = {base.name for base in self.bases}
        for panel in self.panels():
            if panel.base not in known:
                raise ValueError(f"{self.name}: {panel.name} of {panel.base}")
            if panel.then:
                made[f"ds_of_{panel.name}"] = _chained(f"of_{panel.name}", panel.base, panel.then)
            if panel.marks:
                name = f"marks_of_{panel.base}"
                made[f"ds_{name}"] = _chained(name, panel.base, panel.marks)
        for name, one in self.inputs.items():
            if _ITEMS in one:
                base, field_name, named = one[_ITEMS]
                made[f"ds_of_{name}"] = _chained(f"of_{name}", base, _choices(field_name, named))
        return made

    def _structure(self) -> list[dict[str, Any]]:
        made, y = [], 0
        for row in self.rows:
            x = 0
            for panel in row.panels:
                position = {"x": x, "y": y, "w": panel.width, "h": row.height}
                made.append({"item": f"viz_{panel.name}", "type": "block", "position": position})
                x += panel.width
            if x != WIDTH:
                raise ValueError(f"{self.name}: a row is {x} wide: {row.panels[0].name}")
            y += row.height
        return made


def _chained(name: str, base: str, query: str) -> dict[str, Any]:
    options = {"extend": f"ds_{base}", "query": f"| {query}"}
    return {"type": "ds.chain", "name": name, "options": options}


def _visualization(panel: Panel, height: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": _KINDS[panel.kind],
        "title": panel.title,
        "description": panel.question,
        "dataSources": {"primary": f"ds_of_{panel.name}" if panel.then else f"ds_{panel.base}"},
        "options": {**_options(panel, height), **panel.options},
        "showProgressBar": False,
        "showLastUpdated": False,
    }
    if panel.marks:
        made["dataSources"]["annotation"] = f"ds_marks_of_{panel.base}"
        made["options"] = {**made["options"], **_MARKED}
    if panel.kind == "note":
        made["containerOptions"] = {"visibility": {"hideWhenNoData": True}}
    if panel.context:
        made["context"] = panel.context
    if panel.link:
        made["eventHandlers"] = [
            {
                "type": "drilldown.customUrl",
                "options": {"url": f"/app/{APP}/{panel.link.url}", "newTab": panel.link.new_tab},
            }
        ]
    return made


_MARKED = {
    "annotationX": '> annotation | seriesByName("_time")',
    "annotationLabel": '> annotation | seriesByName("mark")',
}


def _options(panel: Panel, height: int) -> dict[str, Any]:
    if panel.kind in _CHARTS:
        stacked = {"stackMode": "stacked", "seriesColorsByField": COLOURS}
        return {
            **({} if panel.kind == "line" else stacked),
            "legendDisplay": "bottom",
            "nullValueDisplay": "zero",
            "xAxisTitleVisibility": "hide",
            "yAxisTitleVisibility": "hide",
        }
    if panel.kind == "table":
        return {
            "count": rows_that_fit(height),
            "fontSize": "small",
            "showInternalFields": False,
            "columnFormat": formats(panel.then),
        }
    if panel.kind == "note":
        return {"fontSize": "small", "headerVisibility": "none"}
    if panel.kind == "map":
        return {}
    return {"majorFontSize": 32, "sparklineDisplay": "off", "trendDisplay": "off"}


SHADES = {"shades": {"colors": ["#F6D5D1", "#DC4E41", "#7D1F16"]}}
"""Of the countries of a map: from few to many."""


def world(country: str, number: str) -> dict[str, Any]:
    """The options of a map. `country`: a field of ISO 3166 codes of two letters.

    The shapes of the countries come with Splunk. Without a base layer, a browser asks no server of
    map tiles.
    """
    return {
        "center": [25, 10],
        "zoom": 0.2,
        "showBaseLayer": False,
        "showScale": False,
        "layers": [
            {
                "type": "choropleth",
                "source": "geo://default/world",
                "areaIds": f'> primary | seriesByName("{country}")',
                "areaValues": f'> primary | seriesByName("{number}")',
                "dataColors": "> areaValues | gradient(shades)",
                "choroplethOpacity": 1,
                "resultLimit": 300,
            }
        ],
    }


# --- searches and links ---------------------------------------------------------------------


def link_to_view(view: str, says: str, **tokens: str) -> Link:
    """`tokens`: of that view's inputs; a value may be `$row.src.value$`."""
    parts = [f"form.{name}={_escaped(value)}" for name, value in tokens.items()]
    return Link(f"{view}?{'&'.join([*parts, *_TIMES])}", says)


def link_to_search(query: str, says: str, **fields: str) -> Link:
    """`query`: a search of events; `fields`: with a value, or the token of one, which is quoted."""
    pieces = re.split(r"(\$\w+\|s\$)", query)
    wanted = "".join(
        f"{piece[:-1]}|u$" if place % 2 else quote(piece, safe="")
        for place, piece in enumerate(pieces)
    )
    for name, value in fields.items():
        shown = f"{value[:-1]}|s|u$" if value.startswith("$") else quote(f'"{value}"', safe="")
        wanted += f"%20{name}%3D{shown}"
    times = "earliest=$global_time.earliest|u$&latest=$global_time.latest|u$"
    return Link(f"search?q={wanted}&{times}", says, new_tab=True)


def link_to_counted(says: str, dataset: str = "Requests", **fields: str) -> Link:
    """The events that a chart counted: those of the data model, for what is calculated."""
    query = f'| from datamodel:"{NAME}.{dataset}"'
    return link_to_search(f"{query} | search" if fields else query, says, **fields)


_TIMES = (
    "form.global_time.earliest=$global_time.earliest|u$",
    "form.global_time.latest=$global_time.latest|u$",
)


def _escaped(value: str) -> str:
    if value.startswith("$"):
        return f"{value[:-1]}|u$"
    return quote(value, safe="")


def row(name: str) -> str:
    """The token of a column of the row that was clicked."""
    return f"$row.{name}.value$"


SERIES = "$name$"
"""The token of the series that was clicked in a chart."""


def _choices(name: str, named: str) -> str:
    """`named`: commands that add a field `label`. The first is all of them: Splunk shows a warning
    beside a list without rows.
    """
    return (
        f"search {name}=* | stats sum(count) AS count BY {name} | sort 200 -count | {named} "
        f'| appendpipe [stats count | eval {name}="*", label="All"] '
        f'| eval place=if({name}="*",0,1) | sort 0 place -count | table label {name}'
    )


# --- inputs ---------------------------------------------------------------------------------


def time_range(default: str) -> dict[str, Any]:
    """`default`: `earliest,latest`."""
    return {
        "type": "input.timerange",
        "title": "Time",
        "options": {"token": "global_time", "defaultValue": default},
    }


def text(title: str, token: str, default: str | None = "*") -> dict[str, Any]:
    """`default`: None lets searches wait until something is typed."""
    options: dict[str, Any] = {"token": token}
    if default is not None:
        options["defaultValue"] = default
    return {"type": "input.text", "title": title, "options": options}


def choice(title: str, token: str, items: dict[str, str], default: str) -> dict[str, Any]:
    """`items`: values by label."""
    return {
        "type": "input.dropdown",
        "title": title,
        "options": {
            "token": token,
            "defaultValue": default,
            "items": [{"label": label, "value": value} for label, value in items.items()],
        },
    }


def choice_of(title: str, name: str, base: str, column: str, named: str = "") -> dict[str, Any]:
    """The values of a column, the most frequent first. `name`: of the input, `input_<token>`;
    `base`: a search. `named`: commands that add a field `label`, which is shown instead.
    """
    return {
        "type": "input.dropdown",
        "title": title,
        "dataSources": {"primary": f"ds_of_{name}"},
        "context": {
            "formattedConfig": {"number": {"prefix": ""}},
            "label": _column("label", "label"),
            "value": _column(column, "value"),
        },
        "options": {
            "token": name.removeprefix("input_"),
            "defaultValue": "*",
            "items": "> frame(label, value) | objects()",
        },
        _ITEMS: (base, column, named or f"eval label={column}"),
    }


def _column(name: str, called: str) -> str:
    """An id may look like a number: it is shown as it is."""
    return (
        f'> primary | seriesByName("{name}") | renameSeries("{called}") '
        "| formatByType(formattedConfig)"
    )
