"""The part of Akamai's Application Security API v1 that gives names and SIEM settings.

Reading order: `content`, `world`, `rate_limit`, `exports`, `routes`, `operations`, `answers`. Each
answer is derived from one document per version, in the form of the export.

https://techdocs.akamai.com/application-security/reference/api
"""
