// The result of the proxy's last test, as text that can be read. It follows a save by itself.

import { endpoint, entries } from "./splunkd.js";
import { inFull, zoneIsKnown } from "./times.js";

const EVERY_MS = 5_000;

export default class LastTest {
  constructor(globalConfig, el, data) {
    this.path = endpoint(globalConfig, "settings", "proxy");
    this.el = el;
    this.text = data.value;
  }

  render() {
    Object.assign(this.el.style, { display: "block", padding: "6px 0" });
    this.show();
    zoneIsKnown.then(() => this.show());
    setInterval(() => this.ask(), EVERY_MS);
  }

  show() {
    this.el.textContent = inFull(this.text || "Not tested yet.");
  }

  async ask() {
    // Not while another tab of the configuration, or of the browser, is shown.
    if (document.hidden || !this.el.offsetParent) return;
    try {
      const [{ content }] = await entries(this.path);
      this.text = content.proxy_test;
      this.show();
    } catch (error) {
      console.warn("The last test could not be refreshed", error);
    }
  }
}
