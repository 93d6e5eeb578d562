// Calls of splunkd from a page, with the rights of the user who is logged in.

const FORM_KEY = /(?:^|;\s*)splunkweb_csrf_token_\d+=([^;]+)/;
let context;

// The address of one of the add-on's endpoints, or of an entry in it.
export function endpoint(globalConfig, service, name = "") {
  const { meta } = globalConfig;
  const entry = name ? `/${encodeURIComponent(name)}` : "";
  return `/servicesNS/nobody/${meta.name}/${meta.restRoot}_${service}${entry}`;
}

// The entries of splunkd's answer. Throws an Error with splunkd's own message.
export async function entries(path, form, query = {}) {
  const base = window.$C?.SPLUNKD_PATH ?? "/en-US/splunkd/__raw";
  const headers = { "X-Requested-With": "XMLHttpRequest" };
  const options = { headers, credentials: "include" };
  if (form) {
    options.method = "POST";
    options.body = new URLSearchParams(form);
    headers["X-Splunk-Form-Key"] = FORM_KEY.exec(document.cookie)?.[1] ?? "";
  }
  const parameters = new URLSearchParams({ output_mode: "json", count: -1, ...query });
  const response = await fetch(`${base}${path}?${parameters}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.messages?.[0]?.text ?? `HTTP ${response.status}`);
  return answer.entry;
}

// Who is logged in: the capabilities and the time zone of the account. Asked once per page.
export function user() {
  context ??= entries("/services/authentication/current-context")
    .then((found) => found[0].content)
    .catch(() => ({ capabilities: [] }));
  return context;
}
