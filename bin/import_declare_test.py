"""Imported first by every generated REST handler; UCC gives the name.

Puts the add-on's libraries before all others and keeps the handlers' calls to splunkd from any
proxy of the environment: they carry the session key.
"""

import library_path  # noqa: F401 - first: it says where the libraries are

from ta_akamai_siem.splunk.no_proxy import never_through_a_proxy

never_through_a_proxy()
