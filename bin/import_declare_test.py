"""Every generated REST handler imports this first; UCC requires the name.

Puts the add-on's libraries before all others. Keeps the handlers' calls to splunkd, which carry the
session key, away from proxies of the environment.
https://splunk.github.io/addonfactory-ucc-generator/
"""

import library_path  # noqa: F401 - first: it finds the libraries

from ta_akamai_siem.splunk.no_proxy import never_through_a_proxy

never_through_a_proxy()
