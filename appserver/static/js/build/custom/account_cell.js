// The Connection of an account: Akamai's answer, the time when it was true, and a test at any time.

import { endpoint, entries, user } from "./splunkd.js";
import { inShort, zoneIsKnown } from "./times.js";

const MAY_TEST = "edit_storage_passwords";

const LOOK = {
  background: "transparent",
  border: "1px solid currentColor",
  borderRadius: "4px",
  color: "inherit",
  cursor: "pointer",
  font: "inherit",
  marginLeft: "12px",
  padding: "0 8px",
};

export default class AccountCell {
  constructor(globalConfig, serviceName, el, row, field) {
    Object.assign(this, { globalConfig, serviceName, el, row, field });
    this.text = row[field] ?? "";
    this.answer = document.createElement("span");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "Test now";
    Object.assign(this.button.style, LOOK);
    this.button.hidden = true;
    this.button.addEventListener("click", () => this.test());
  }

  render() {
    this.el.replaceChildren(this.answer, this.button);
    this.show(this.text);
    zoneIsKnown.then(() => this.show(this.text));
    user().then(({ capabilities }) => {
      this.button.hidden = !capabilities.includes(MAY_TEST);
    });
  }

  show(text) {
    this.text = text;
    this.answer.textContent = inShort(text);
    this.answer.title = text;
  }

  async test() {
    this.button.disabled = true;
    this.answer.textContent = "Testing…";
    const path = endpoint(this.globalConfig, this.serviceName, this.row.name);
    try {
      const [{ content }] = await entries(path, { [this.field]: "test" });
      this.show(content[this.field]);
    } catch (error) {
      this.show(`Not tested: ${error.message}`);
    }
    this.button.disabled = false;
  }
}
