// A cell of the inputs table: a few words, never a sentence.

import { follow } from "./live_rows.js";
import { inShort } from "./times.js";
import "./delete_note.js";

const COLOURS = {
  good: "#3d8c40",
  busy: "#2b7cd3",
  idle: "#8a8f99",
  warning: "#c77700",
  bad: "#d1344b",
};

function line(text, style) {
  const element = document.createElement("div");
  element.textContent = inShort(text ?? "");
  Object.assign(element.style, style);
  return element;
}

// What the switch of a row means; of a finished backfill, it is no news that it is on (page.js).
const SWITCH = "On: Splunk starts this input at each interval. Off: it collects nothing.";

function explainSwitch(el, row) {
  const cell = el.closest("tr")?.querySelector('[data-column="disabled"]');
  if (!cell) return;
  cell.title = row.topic === "finished" ? row.explanation : SWITCH;
  cell.dataset.state = row.topic;
}

function mark(tone) {
  const dot = document.createElement("span");
  Object.assign(dot.style, {
    background: COLOURS[tone] ?? COLOURS.idle,
    borderRadius: "50%",
    display: "inline-block",
    height: "8px",
    marginRight: "6px",
    width: "8px",
  });
  return dot;
}

const ONE_LINE = { whiteSpace: "nowrap" };
const SMALL = { fontSize: "12px", opacity: "0.75" };

// A number, and below it what it counts.
function numberAbove(text = "") {
  const [number, ...rest] = text.split(/(?:, )|(?: (?=in ))/);
  return [line(number, ONE_LINE), line(rest.join(", "), { ...SMALL, ...ONE_LINE })];
}

const DRAWN = {
  state(row, isStale) {
    const word = line(row.state, { ...ONE_LINE, fontWeight: "600" });
    word.prepend(mark(row.tone));
    const old = `not refreshed since ${row.as_of}`;
    return [word, line(isStale ? old : row.note, SMALL)];
  },
  kind: (row) => [line(row.kind, ONE_LINE)],
  last_event: (row) => [line(row.last_event, { ...ONE_LINE, minWidth: "104px" })],
  events: (row) => numberAbove(row.events),
};

export default class InputCell {
  constructor(globalConfig, serviceName, el, row, field) {
    Object.assign(this, { globalConfig, serviceName, el, row, field });
  }

  render() {
    const { el, field } = this;
    follow(this.globalConfig, this.serviceName, this.row, el, (row, isStale) => {
      el.title = row[field] ?? "";
      el.replaceChildren(...DRAWN[field](row, isStale));
      if (field === "state") explainSwitch(el, row);
    });
  }
}
