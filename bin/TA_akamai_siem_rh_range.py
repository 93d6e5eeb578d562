"""The REST endpoint `TA_akamai_siem_range`."""

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunk import admin

from ta_akamai_siem.pages.range_handler import RangeHandler

if __name__ == "__main__":
    admin.init(RangeHandler, admin.CONTEXT_APP_ONLY)
