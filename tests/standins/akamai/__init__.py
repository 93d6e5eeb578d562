"""A stand-in for Akamai's SIEM API v1. It is a separate program, see README.md in this folder.

https://techdocs.akamai.com/siem-integration/reference
"""
