// Times of the add-on's texts, which are in UTC, in the zone of the user.

import { user } from "./splunkd.js";

const UTC = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g;
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

// A user of Splunk can have another zone than the browser.
export const zoneIsKnown = user().then(({ tz }) => {
  if (tz && isZone(tz)) zone = tz;
});

function isZone(name) {
  try {
    return Boolean(Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

function parts(moment) {
  const format = new Intl.DateTimeFormat("sv-SE", {
    dateStyle: "short",
    timeStyle: "medium",
    timeZone: zone,
  });
  return format.format(moment).split(" ");
}

function moment(text) {
  return new Date(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
}

// For a cell: `14:51:04` of today, else with the date.
export function inShort(text) {
  return text.replace(UTC, (found) => {
    const [day, time] = parts(moment(found));
    return day === parts(new Date())[0] ? time : `${day} ${time}`;
  });
}

// For a sentence: the user's time, and UTC.
export function inFull(text) {
  return text.replace(UTC, (found) => {
    if (zone === "UTC") return found;
    const [day, time] = parts(moment(found));
    const utc = found.slice(0, 10) === day ? found.slice(11) : found;
    return `${day} ${time} ${zone} (${utc})`;
  });
}
