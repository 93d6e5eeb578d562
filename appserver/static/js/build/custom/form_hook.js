// What every form of the add-on does beyond the framework: a refusal is in sight, names the field by
// its label and marks it.
//
// https://splunk.github.io/addonfactory-ucc-generator/custom_ui_extensions/standard/custom_hook/

import { firstProblem, fieldsIn } from "./form_problems.js";
import { endpoint, entries } from "./splunkd.js";

const CREATES = ["create", "clone"];

// The part of the page that a field has.
const part = (field) => document.querySelector(`[data-name="${CSS.escape(field)}"]`);

// Of the framework, which gives a closed group no fields: its heading unfolds it.
function unfold(groups, field) {
  const group = (groups ?? []).find(({ fields }) => fields.includes(field));
  if (!group || part(field)) return;
  const headings = document.querySelectorAll('form button[aria-expanded="false"]');
  [...headings].find((heading) => heading.textContent.includes(group.label))?.click();
}

export default class FormHook {
  constructor(globalConfig, serviceName, state, mode, util) {
    this.globalConfig = globalConfig;
    this.serviceName = serviceName;
    this.mode = mode;
    this.util = util;
    this.form = this.formOf(Object.keys(state.data));
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

  // Bring the first of the fields into sight. The message stays above them: see page.js.
  show(fields) {
    fields.forEach((field) => unfold(this.form.groups, field));
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const first = fields.map(part).find(Boolean);
        if (first) first.scrollIntoView({ block: "center" });
      })
    );
  }
}
