// What every page of the add-on has beyond the framework: notices above the table, and no buttons for
// users whom splunkd would refuse. The page template loads it (packaging/load_page_script.py).

import { entries } from "./splunkd.js";

const NOTICES = "/servicesNS/nobody/TA_akamai_siem/TA_akamai_siem_notices";
const style = document.createElement("style");
style.textContent = `
  /* A form's message stays in sight while the form scrolls. */
  form > [data-test="message"] { position: sticky; top: 0; z-index: 2; }
`;
document.head.append(style);
export { entries, NOTICES };
