"""Where an input stands, and who may say so.

Reading order: `entry`, `history`, `ledger`, `watch`, `host`, `claim`, `lease`,
`checkpoint`, `last_run`.
"""
