"""Where an input stands, and who may say so.

Reading order: `history`, `lease`, `checkpoint`, `last_run`.
"""
