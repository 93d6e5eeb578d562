"""Deliberate faults in the code that promises something: each has to make a test fail.

`make mutants` shows which test fails at each, `make mutants M=record/` does it for some modules.
"""
