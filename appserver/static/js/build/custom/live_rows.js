// Keeps the rows of the inputs page up to date while the page is open.
//
// The framework loads them once. Cells and unfolded rows that this add-on draws itself ask here for
// the newest values, and are drawn again whenever there are some.

import { endpoint, entries } from "./splunkd.js";
import { zoneIsKnown } from "./times.js";

const EVERY_MS = 5_000;
const rows = new Map();
const drawn = new Map();
let config;
let asking = false;

const keyOf = (service, name) => `${service}/${name}`;

function redraw() {
  for (const [element, { key, draw }] of drawn) {
    if (element.isConnected) draw(rows.get(key));
    else drawn.delete(element);
  }
}

async function ask() {
  if (asking || document.hidden || drawn.size === 0) return;
  asking = true;
  try {
    for (const { name: service } of config.pages.inputs.services) {
      for (const { name, content } of await entries(endpoint(config, service))) {
        const key = keyOf(service, name);
        rows.set(key, { ...rows.get(key), ...content });
      }
    }
    redraw();
  } catch (error) {
    // The rows keep their values, and the time that they are of.
    console.warn("The rows could not be refreshed", error);
  } finally {
    asking = false;
  }
}

// Draw now and whenever there are newer values. `draw`: called with the row.
export function follow(globalConfig, service, row, element, draw) {
  const key = keyOf(service, row.name);
  const known = rows.get(key);
  if (!known || known.as_of <= row.as_of) rows.set(key, row);
  drawn.set(element, { key, draw });
  draw(rows.get(key));
  if (config) return;
  config = globalConfig;
  zoneIsKnown.then(redraw);
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
}
