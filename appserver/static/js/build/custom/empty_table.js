// The words of an empty table: the first step, in place of the framework's "No records found".

const NOTHING = "No records found";
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

// By what was typed, or by a kind of input. Then the framework's words are the right ones.
function isFiltered() {
  const typed = document.querySelector('[data-test="search"]')?.dataset.testValue;
  const kind = document.querySelector(".dropdownInput")?.ariaLabel ?? "All";
  return Boolean(typed) || kind !== "All";
}

const shown = (piece) => (typeof piece === "string" ? piece : link(piece));

// `isPlace`: whether the user can add something, and this host is the place for it.
export function nameFirstStep(view, isPlace) {
  const words = (isPlace ? STEPS : NONE)[view];
  if (!words || isFiltered()) return;
  for (const table of document.querySelectorAll('[data-test="table"]')) {
    const below = table.nextElementSibling;
    if (below?.textContent !== NOTHING) continue;
    below.style.cssText = "padding: 16px 0; text-align: center;";
    below.replaceChildren(...words.map(shown));
  }
}
