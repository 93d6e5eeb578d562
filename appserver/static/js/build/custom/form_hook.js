// What every form of the add-on does beyond the framework: a refusal is in sight, names the field by
// its label and marks it.
//
// https://splunk.github.io/addonfactory-ucc-generator/custom_ui_extensions/standard/custom_hook/

import { firstProblem, fieldsIn } from "./form_problems.js";
import { ENDS, SAID_AT, rangeMessage } from "./form_range.js";
import { endpoint, entries } from "./splunkd.js";

const CREATES = ["create", "clone"];
const EDITS = "edit";
// Offered only if there is a position to reset.
const RESETS = "reset_confirmed";
// The field whose list Akamai gives, and the field that says for which API client.
const LISTED = "config_ids";
const LISTED_BY = "account";
// For as long as the form moves, and no longer than this.
const AT_MOST_MS = 2_000;
const STILL_FRAMES = 10;
const WARNING = "#b86200";

// The words of an error; "" if there is none.
const reasonOf = (promise) => promise.then(() => "").catch((error) => plain(error.message));

// Without what splunkd puts around a handler's sentence.
function plain(text) {
  return /REST Error \[\d+\]: .+? -- ([\s\S]*)"\. See splunkd\.log/.exec(text)?.[1] ?? text;
}

// The part of the page that a field has.
const part = (field) => document.querySelector(`[data-name="${CSS.escape(field)}"]`);

// Open the group that a field is in. The framework has no call for it: its heading is pressed.
function unfold(groups, field) {
  const group = (groups ?? []).find(({ fields }) => fields.includes(field));
  if (!group) return;
  const headings = document.querySelectorAll('form button[aria-expanded="false"]');
  [...headings].find((heading) => heading.textContent.includes(group.label))?.click();
}

// What scrolls: the dialog's body, or the page. `scrollIntoView` would move the dialog as well.
function scrollerOf(element) {
  const scrolls = (each) =>
    each.scrollHeight > each.clientHeight && /auto|scroll/.test(getComputedStyle(each).overflowY);
  let each = element.parentElement;
  while (each && !scrolls(each)) each = each.parentElement;
  return each ?? document.scrollingElement;
}

function centre(element) {
  const scroller = scrollerOf(element);
  const isPage = scroller === document.scrollingElement;
  const outer = isPage ? { top: 0, height: innerHeight } : scroller.getBoundingClientRect();
  const { top, height } = element.getBoundingClientRect();
  scroller.scrollTop += top - outer.top - (outer.height - height) / 2;
}

// Scroll until nothing moves any more: the framework draws the message, and unfolds a group, later.
function keepInSight(find) {
  const until = performance.now() + AT_MOST_MS;
  let last;
  let still = 0;
  const step = () => {
    const element = find();
    if (element) centre(element);
    const top = element?.getBoundingClientRect().top;
    still = top === last ? still + 1 : 0;
    last = top;
    if (still < STILL_FRAMES && performance.now() < until) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

export default class FormHook {
  constructor(globalConfig, serviceName, state, mode, util) {
    this.globalConfig = globalConfig;
    this.serviceName = serviceName;
    this.mode = mode;
    this.util = util;
    this.form = this.formOf(Object.keys(state.data));
    this.name = state.data.name?.value;
    this.openList(state.data.index?.value);
    this.nameConnector(state.data.start?.value);
  }

  onRender() {
    this.util.setState((previous) => {
      this.explainList(previous.data[LISTED_BY]?.value);
      this.ends = ENDS.map((end) => [end, previous.data[end]?.value ?? ""]);
      return previous;
    });
    this.showRange();
    this.offerReset();
  }

  onChange(field, value) {
    if (field === LISTED_BY) this.explainList(value);
    if (!ENDS.includes(field)) return;
    this.ends = this.ends.map(([end, typed]) => [end, end === field ? value : typed]);
    this.showRange();
  }

  has(field) {
    return this.entities.some((entity) => entity.field === field);
  }

  // Change what the framework knows of a field.
  change(field, changed) {
    this.util.setState(({ data, ...rest }) => ({
      ...rest,
      data: { ...data, [field]: { ...data[field], ...changed } },
    }));
  }

  async showRange() {
    if (!this.has(SAID_AT)) return;
    const message = await rangeMessage(this.globalConfig.meta, Object.fromEntries(this.ends));
    if (message !== null) this.change(SAID_AT, { markdownMessage: message });
  }

  async offerReset() {
    if (this.mode !== EDITS || !this.has(RESETS)) return;
    const path = endpoint(this.globalConfig, this.serviceName, this.name);
    const [{ content }] = await entries(path);
    if (content.resettable === "1") this.change(RESETS, { display: true });
  }

  // Why the list of security configurations is empty, below its field.
  async explainList(account) {
    if (!this.has(LISTED)) return;
    this.account = account;
    const { name, restRoot } = this.globalConfig.meta;
    const path = `/servicesNS/nobody/${name}/${restRoot}_configurations`;
    const asked = { account, kind: this.serviceName };
    const text = account ? await reasonOf(entries(path, undefined, asked)) : "";
    if (this.account !== account) return;
    const markdownMessage = text ? { markdownType: "text", text, color: WARNING } : undefined;
    this.change(LISTED, { markdownMessage });
  }

  // The list of indexes shows what begins with the field's text: with "default" in it, nothing. The
  // handler takes an empty field for "default".
  openList(index) {
    if (index !== "default") return;
    this.change("index", { value: "" });
  }

  // The list of starts has no entry for a connector's input: it is named below the field.
  nameConnector(start) {
    const [, name] = /^\s*connector:(.*)$/.exec(start ?? "") ?? [];
    if (!name) return;
    const text = `At the position of the connector's input '${name.trim()}'.`;
    this.util.setState(({ data, ...rest }) => ({
      ...rest,
      data: { ...data, start: { ...data.start, markdownMessage: { markdownType: "text", text } } },
    }));
  }

  // A tab without a table has the service name "settings": it is known by its fields.
  formOf(fields) {
    const { inputs, configuration } = this.globalConfig.pages;
    const forms = [...inputs.services, ...configuration.tabs];
    const named = forms.find(({ name }) => name === this.serviceName);
    return named ?? forms.find(({ entity }) => entity?.every(({ field }) => fields.includes(field)));
  }

  get entities() {
    return this.form.entity.filter(({ type }) => type !== "helpLink");
  }

  async onSave(values) {
    const problem =
      firstProblem(this.entities, values, (field) => this.isShown(field)) ??
      (await this.takenName(values.name));
    if (!problem) return true;
    this.util.setErrorFieldMsg(problem.field, problem.text);
    this.show([problem.field]);
    return false;
  }

  // A field that the form hides has nothing that a user could mend.
  isShown(field) {
    const entity = this.entities.find((each) => each.field === field);
    return entity?.options?.display !== false;
  }

  async takenName(name) {
    if (!CREATES.includes(this.mode)) return null;
    const { inputs } = this.globalConfig.pages;
    const services = inputs.services.map((service) => service.name);
    const together = services.includes(this.serviceName) ? services : [this.serviceName];
    try {
      const found = await Promise.all(
        together.map((service) => entries(endpoint(this.globalConfig, service)))
      );
      const isTaken = found.flat().some((entry) => entry.name === name);
      const text = `Name: '${name}' is in use. Choose another name.`;
      return isTaken ? { field: "name", text } : null;
    } catch {
      // splunkd refuses a name that is taken, too.
      return null;
    }
  }

  onSaveSuccess() {
    dispatchEvent(new Event("akamai-siem:saved"));
  }

  onSaveFail() {
    let named = [];
    this.util.setState((previous) => {
      named = fieldsIn(this.entities, previous.errorMsg ?? "");
      const marked = named.map((field) => [field, { ...previous.data[field], error: true }]);
      return { ...previous, data: { ...previous.data, ...Object.fromEntries(marked) } };
    });
    // The state is set when the framework draws the form next.
    setTimeout(() => this.show(named));
  }

  // Bring the first of the fields into sight. The message stays above it: see page.js.
  show(fields) {
    fields.forEach((field) => unfold(this.form.groups, field));
    keepInSight(() => fields.map(part).find(Boolean));
  }
}
