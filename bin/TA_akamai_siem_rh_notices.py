"""The REST endpoint `TA_akamai_siem_notices`."""

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunk import admin

from ta_akamai_siem.pages.notices_handler import NoticesHandler

if __name__ == "__main__":
    admin.init(NoticesHandler, admin.CONTEXT_APP_ONLY)
