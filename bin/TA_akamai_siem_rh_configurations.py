"""The REST endpoint `TA_akamai_siem_configurations`."""

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunk import admin

from ta_akamai_siem.pages.configurations_handler import ConfigurationsHandler

if __name__ == "__main__":
    admin.init(ConfigurationsHandler, admin.CONTEXT_APP_ONLY)
