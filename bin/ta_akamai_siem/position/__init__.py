"""Where an input stands, and who may say so.

Reading order: `entry`, `history`, `ledger`, `claim`, `watch`, `lease`, `checkpoint`, `last_run`.
"""
