"""The REST endpoint `TA_akamai_siem_indexes`."""

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunk import admin

from ta_akamai_siem.pages.indexes_handler import IndexesHandler

if __name__ == "__main__":
    admin.init(IndexesHandler, admin.CONTEXT_APP_ONLY)
