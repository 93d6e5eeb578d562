"""Deliberate faults in the code behind the guarantees: each must make a test fail.

`make mutants` shows which test fails for each, `make mutants M=record/` does it for some modules.
"""
