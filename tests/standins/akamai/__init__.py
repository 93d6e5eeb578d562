"""A stand-in for Akamai's SIEM API v1: a program of its own, see README.md in this folder."""
