"""The REST handlers behind the setup page and the inputs page.

splunkd uses one process of a handler for the calls of many users, so nothing outlives a call: no
session key, no setting, no environment variable.

Reading order: `edgerc`, `configuration_names`, `input_state`, `input_searches`, `input_settings`,
`range_preview`, `search_side`, `found_events`, `notices`, `account_probe`, `page_handler`,
`taken_account`, `account_handler`, `settings_handler`, `input_handler`, `configurations_handler`,
`connectors_handler`, `range_handler`, `indexes_handler`, `notices_handler`.
"""
