"""The position of an input, and the lease that allows a run to change it.

Reading order: `entry`, `history`, `ledger`, `watch`, `host`, `so_far`, `claim`,
`lease`, `checkpoint`, `last_run`.
"""
