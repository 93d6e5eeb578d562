"""The REST endpoint `TA_akamai_siem_connectors`."""

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunk import admin

from ta_akamai_siem.pages.connectors_handler import ConnectorsHandler

if __name__ == "__main__":
    admin.init(ConnectorsHandler, admin.CONTEXT_APP_ONLY)
