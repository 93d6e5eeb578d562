// The words of an empty table: the first step, in place of the framework's "No records found".

const NOTHING = "No records found";
// While the table is filtered, the framework's words are the right ones.
const FILTER = '[data-test="search"]';

const QUICK_START = ["Quick start", "../../static/app/TA_akamai_siem/docs/quickstart.html"];
const STEPS = {
  inputs: [
    "No inputs yet. First step: add an account under ",
    ["Configuration", "configuration"],
    ", if there is none. Then select Create New Input here. ",
    QUICK_START,
    ".",
  ],
  configuration: [
    "No accounts yet. First step: select Add, and paste the credential file of an Akamai API " +
      "client. Then create an input under ",
    ["Inputs", "inputs"],
    ". ",
    QUICK_START,
    ".",
  ],
};
// For users who cannot take that step, and for hosts on which nobody should.
const NONE = { inputs: ["No inputs on this host."], configuration: ["No accounts."] };

function link([text, address]) {
  const made = document.createElement("a");
  made.textContent = text;
  made.href = address;
  made.style.color = "inherit";
  return made;
}

const shown = (piece) => (typeof piece === "string" ? piece : link(piece));

// `isPlace`: whether the user can add something, and this host is the place for it.
export function nameFirstStep(view, isPlace) {
  const words = (isPlace ? STEPS : NONE)[view];
  if (!words || document.querySelector(FILTER)?.dataset.testValue) return;
  for (const table of document.querySelectorAll('[data-test="table"]')) {
    const below = table.nextElementSibling;
    if (below?.textContent !== NOTHING) continue;
    below.style.cssText = "padding: 16px 0; text-align: center;";
    below.replaceChildren(...words.map(shown));
  }
}
