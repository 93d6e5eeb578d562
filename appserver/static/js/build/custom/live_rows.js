// Keeps the rows of the inputs page up to date while the page is open.
//
// The framework loads them once. Cells and unfolded rows that this add-on draws itself ask here for
// the newest values, and are drawn again whenever there are some.

import { endpoint, entries } from "./splunkd.js";
import { zoneIsKnown } from "./times.js";

const EVERY_MS = 5_000;
const PATIENCE_MS = 30_000;
const rows = new Map();
const drawn = new Map();
let config;
let asking = false;
let isStale = false;

const keyOf = (service, name) => `${service}/${name}`;

function redraw() {
  for (const [element, { key, draw }] of drawn) {
    if (element.isConnected) draw(rows.get(key), isStale);
    else drawn.delete(element);
  }
}

async function load() {
  for (const { name: service } of config.pages.inputs.services) {
    for (const { name, content } of await entries(endpoint(config, service))) {
      const key = keyOf(service, name);
      rows.set(key, { ...rows.get(key), ...content });
    }
  }
}

function tooLate() {
  return new Promise((_, refuse) => setTimeout(refuse, PATIENCE_MS, new Error("No answer")));
}

async function ask() {
  if (asking || document.hidden || drawn.size === 0) return;
  asking = true;
  try {
    await Promise.race([load(), tooLate()]);
    isStale = false;
  } catch (error) {
    // The rows keep their values, and say of when they are.
    isStale = true;
    console.warn("The rows could not be refreshed", error);
  }
  asking = false;
  redraw();
}

// Draw now and whenever there are newer values. `draw`: called with the row, and whether it is old
// because splunkd does not answer.
export function follow(globalConfig, service, row, element, draw) {
  const key = keyOf(service, row.name);
  const known = rows.get(key);
  if (!known || known.as_of <= row.as_of) rows.set(key, row);
  drawn.set(element, { key, draw });
  draw(rows.get(key), isStale);
  if (config) return;
  config = globalConfig;
  zoneIsKnown.then(redraw);
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
