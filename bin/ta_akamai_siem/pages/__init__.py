"""The REST handlers behind the setup page and the inputs page.

splunkd keeps the process of a handler for many calls of many users, so nothing outlives a call: no
session key, no setting, no variable of the environment.

Reading order: `edgerc`, `input_state`, `account_probe`, `page_handler`, `account_handler`,
`settings_handler`, `input_handler`, `configurations_handler`.
"""
