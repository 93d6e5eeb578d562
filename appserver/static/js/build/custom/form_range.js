// What a backfill would collect, while its form is being filled in: the range in the user's zone and
// in UTC, or why it cannot be collected. splunkd works it out, as it does when the form is saved.

import { entries } from "./splunkd.js";
import { inFull, zoneIsKnown } from "./times.js";

export const ENDS = ["from", "to"];
// The field below which it is said.
export const SAID_AT = "to";
// Not at each key.
const PAUSE_MS = 300;
const PROBLEM = "#b86200";

let newest = 0;

// A message for the form, or undefined; null if a later call has made this one pointless.
export async function rangeMessage(meta, typed) {
  newest += 1;
  const number = newest;
  await new Promise((go) => setTimeout(go, PAUSE_MS));
  if (number !== newest) return null;
  const path = `/servicesNS/nobody/${meta.name}/${meta.restRoot}_range`;
  const [[{ content }]] = await Promise.all([entries(path, undefined, typed), zoneIsKnown]);
  if (number !== newest) return null;
  const { range, problem } = content;
  if (problem) return { markdownType: "text", text: problem, color: PROBLEM };
  return range ? { markdownType: "text", text: `If you save now: ${inFull(range)}.` } : undefined;
}
