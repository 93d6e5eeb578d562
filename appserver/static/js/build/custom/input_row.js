// The unfolded row of an input: the sentence, what to do, links, and the settings.

import { follow } from "./live_rows.js";
import { inFull, inShort } from "./times.js";

const DOCS = new URL("../../../docs/", import.meta.url);
const SETTINGS = [
  ["kind", "Kind"],
  ["account", "Account"],
  ["configurations", "Security configurations"],
  ["range", "Range"],
  ["last_event", "Newest event"],
  ["lag", "Lag"],
  ["events", "Events"],
  ["every", "Interval"],
  ["index", "Index"],
  ["limit", "Events per page"],
  ["mask", "Mask"],
  ["leave_out", "Leave out"],
  ["drop", "Drop"],
];

const LIVE = "This page refreshes itself.";
const STALE = "Splunk does not answer: reload the page, and log in again if it asks you to.";

function make(name, text, style = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  Object.assign(element.style, style);
  return element;
}

function link(text, address) {
  const element = make("a", text, { color: "inherit", fontWeight: "600", marginRight: "24px" });
  element.href = address;
  element.target = "_blank";
  element.rel = "noopener";
  return element;
}

function search(query, earliest = "-24h", latest = "now") {
  const wanted = new URLSearchParams({ q: `search ${query}`, earliest, latest });
  return `../search/search?${wanted}`;
}

function page(name) {
  return new URL(name, DOCS).href;
}

function preview(row) {
  if (!row.drop_search) return [];
  const day = search(row.drop_search, row.events_earliest, row.events_latest);
  return [link("What its rules would drop of them", day)];
}

function links(row, version) {
  const line = make("p", "", { margin: "8px 0" });
  line.append(
    link("Its events", search(row.events_search, row.events_earliest, row.events_latest)),
    link("Its log", search(row.log_search)),
    ...preview(row),
    link(`About "${row.state}"`, page(`troubleshooting.html#${row.topic}`)),
    link(`Documentation of version ${version}`, page("index.html")),
  );
  return line;
}

function settings(row) {
  const list = make("dl", "", {
    display: "grid",
    gap: "4px 16px",
    gridTemplateColumns: "180px 1fr",
    margin: "8px 0",
  });
  for (const [field, label] of SETTINGS) {
    const value = row[field];
    if (value === undefined || value === null || value === "") continue;
    const term = make("dt", label, { fontWeight: "600" });
    list.append(term, make("dd", inFull(String(value)), { margin: "0" }));
  }
  return list;
}

export default class InputRow {
  constructor(globalConfig, serviceName, el, row) {
    Object.assign(this, { globalConfig, serviceName, el, row });
  }

  render(row) {
    const { el, globalConfig } = this;
    follow(globalConfig, this.serviceName, row ?? this.row, el, (newest, isStale) => {
      const heading = [newest.state, newest.note].filter(Boolean).join(": ");
      el.replaceChildren(
        make("strong", inShort(heading)),
        make("p", inFull(newest.explanation ?? ""), { margin: "4px 0", maxWidth: "900px" }),
        links(newest, globalConfig.meta.version),
        settings(newest),
        make("small", inFull(`As of ${newest.as_of}. ${isStale ? STALE : LIVE}`)),
      );
    });
  }
}
