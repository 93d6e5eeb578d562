// What every page of the add-on has beyond the framework: notices above the table, the first step in an
// empty one, no buttons for users whom splunkd would refuse, and messages of forms that stay in sight.
// The page template loads this before the framework, which waits for `ready`
// (packaging/load_page_script.py).

import { nameFirstStep } from "./empty_table.js";
import { entries } from "./splunkd.js";

const NOTICES = "/servicesNS/nobody/TA_akamai_siem/TA_akamai_siem_notices";
const VIEW = location.pathname.split("/").pop();
// Of the framework: whatever creates, changes or deletes something.
const WRITES = `:is(
  #addInputBtn, .editBtn, .cloneBtn, .deleteBtn, .saveBtn,
  [data-testid="enableAllBtn"], [data-testid="disableAllBtn"],
  [id$="Tab"] button[data-test="button"]
)`;
const STYLE = `
  html:not([data-akamai-siem]) ${WRITES} { visibility: hidden; }
  html[data-akamai-siem="reads"] ${WRITES} { display: none; }
  /* The framework's description of its REST endpoints, as the most prominent button of the page. */
  [data-test="downloadButton"] { display: none !important; }
  form > [data-test="message"] { position: sticky; top: 0; z-index: 2; }
  [data-test="modal"] form > [data-test="message"] { top: -12px; }
  .akamai-siem-notice {
    margin: 8px 0; padding: 8px 12px; border-left: 4px solid #d97a0d; border-radius: 4px;
    background: rgba(128, 128, 128, 0.13); font-size: 14px; line-height: 20px;
  }
  [data-column="disabled"][data-state="finished"]:has([aria-checked="true"]) [data-test="status"] {
    font-size: 0;
  }
  [data-column="disabled"][data-state="finished"]:has([aria-checked="true"]) [data-test="status"]::after {
    content: "Finished"; font-size: 14px;
  }
  .akamai-siem-notice a { color: inherit; font-weight: 600; }
`;

const notices = new Map();

function element(name, notice) {
  const box = document.createElement("div");
  box.className = "akamai-siem-notice";
  box.dataset.notice = name;
  box.setAttribute("role", "status");
  box.append(notice.text);
  if (notice.link) {
    const link = document.createElement("a");
    link.href = notice.link;
    link.textContent = notice.link_text;
    box.append(" ", link, ".");
  }
  return box;
}

function draw() {
  drawNotices();
  const { akamaiSiem } = document.documentElement.dataset;
  // A tab of the configuration has no table of accounts before the page has its rights.
  if (akamaiSiem) nameFirstStep(VIEW, akamaiSiem === "writes" && !notices.get("host")?.text);
}

// Below the title, as soon as the framework has drawn it.
function drawNotices() {
  const title = document.querySelector(".pageSubtitle");
  if (!title) return;
  for (const [name, notice] of notices) {
    const drawn = document.querySelector(`[data-notice="${name}"]`);
    if (drawn?.textContent.startsWith(notice.text) && notice.text) continue;
    drawn?.remove();
    if (notice.text) {
      const box = element(name, notice);
      box.style.color = getComputedStyle(title).color;
      title.parentElement.append(box);
    }
  }
}

// Where an input belongs is no question of the configuration.
const isOfThisPage = ({ name }) => name !== "host" || VIEW === "inputs";

function keep(found) {
  found.filter(isOfThisPage).forEach(({ name, content }) => notices.set(name, content));
  draw();
  return Object.fromEntries(found.map(({ name, content }) => [name, content]));
}

// What splunkd does not answer is not hidden: it refuses by itself.
const told = entries(NOTICES)
  .then(keep)
  .catch(() => ({ rights: { reads: "1", writes: "1" } }));

function lookForEvents() {
  return entries(`${NOTICES}/events`)
    .then(keep)
    .catch(() => {});
}

function addStyle() {
  const style = document.createElement("style");
  style.textContent = STYLE;
  document.head.append(style);
}

// Whether the framework shall draw the page. Who may not see the configuration is led to the inputs,
// where a notice says so, instead of the framework's "Something went wrong".
export const ready = told.then(({ rights }) => {
  document.documentElement.dataset.akamaiSiem = rights.writes === "1" ? "writes" : "reads";
  if (VIEW !== "configuration" || rights.reads === "1") return true;
  location.replace("inputs");
  return false;
});

addStyle();
new MutationObserver(draw).observe(document.documentElement, { childList: true, subtree: true });
ready.then((draws) => draws && lookForEvents());
addEventListener("akamai-siem:saved", lookForEvents);
