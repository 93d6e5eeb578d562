"""Names of headers, in lower case, by what they carry."""

from __future__ import annotations

COOKIES = ("cookie", "cookie2", "set-cookie", "set-cookie2")
CREDENTIALS = (
    "api-key",
    "apikey",
    "authorization",
    "ocp-apim-subscription-key",
    "proxy-authorization",
    "x-access-token",
    "x-amz-security-token",
    "x-api-key",
    "x-apikey",
    "x-auth-token",
    "x-goog-api-key",
)
SENSOR_DATA = ("akamai-bm-telemetry", "x-acf-sensor-data")
"""What Akamai's SDK for apps measures, for bot detection.

https://developer.akamai.com/tools/sdks/bot-manager/docs/android
"""
SEARCHED = (
    "user-agent",
    "referer",
    "cookie",
    "x-forwarded-for",
    "true-client-ip",
    "content-type",
    "content-length",
)
"""Headers of a request that fields are made from: docs/fields.md. A test compares them."""
