"""The REST endpoint `TA_akamai_siem_settings`.

It replaces the script that UCC would generate, which cannot use a handler of this add-on. A test
compares its fields with globalConfig.json.
"""

import logging

import import_declare_test  # noqa: F401 - first: it finds the libraries
from splunktaucclib.rest_handler import admin_external
from splunktaucclib.rest_handler.endpoint import MultipleModel, RestModel, field, validator

from ta_akamai_siem.pages.search_side import WEB
from ta_akamai_siem.pages.settings_handler import SettingsHandler
from ta_akamai_siem.settings import LOG_LEVELS, PROXY_TYPES

TEXT = validator.String(max_len=4096, min_len=0)
PROXY = (
    field.RestField("proxy_enabled"),
    field.RestField("proxy_type", default="http", validator=validator.Enum(PROXY_TYPES)),
    field.RestField("proxy_url", validator=TEXT),
    field.RestField(
        "proxy_port", validator=validator.Number(min_val=1, max_val=65535, is_int=True)
    ),
    field.RestField("proxy_username", validator=TEXT),
    field.RestField("proxy_password", encrypted=True, validator=validator.String(0, 8192)),
    field.RestField("proxy_rdns"),
    field.RestField("proxy_test", validator=TEXT),
)
LOGGING = (
    field.RestField(
        "loglevel", required=True, default="INFO", validator=validator.Enum(LOG_LEVELS)
    ),
)
SEARCH = (
    field.RestField("search_indexes", validator=TEXT),
    field.RestField("search_web", validator=validator.Enum(WEB)),
    field.RestField("search_watched"),
    field.RestField("search_alerts"),
    field.RestField("search_history"),
    field.RestField("search_aliased"),
    field.RestField("search_accelerated"),
)

if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    admin_external.handle(
        MultipleModel(
            "ta_akamai_siem_settings",
            models=[
                RestModel(list(PROXY), name="proxy"),
                RestModel(list(LOGGING), name="logging"),
                RestModel(list(SEARCH), name="search"),
            ],
            need_reload=False,
        ),
        handler=SettingsHandler,
    )
