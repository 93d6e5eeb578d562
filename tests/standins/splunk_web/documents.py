"""The parts of a page that Splunk Web itself provides, as far as an app's pages need them."""

from __future__ import annotations

import json

LOGIN = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Login</title></head>
<body><form method="post"><label>Username <input name="username" autofocus></label>
<label>Password <input name="password" type="password"></label>
<button type="submit">Sign In</button></form><p role="alert">{problem}</p></body></html>"""
FAVICON = b""
I18N = "window.i18n_register = function () {};"
CATALOG = "window.i18n_register && window.i18n_register({});"
LAYOUT = """window.__splunk_layout__ = {create: function () {
  var frame = document.createElement('div');
  document.body.appendChild(frame);
  return {getContainerElement: function () { return frame; }};
}};"""


def theme(name: str) -> str:
    """`name`: light or dark."""
    return (
        f"window.__get_theme__ = {{getTheme: function () {{"
        f" return Promise.resolve({json.dumps(name)}); }}}};"
    )


def configuration(port: int, build: str, user: str, theme_name: str) -> str:
    """The script `config?autoload=1`."""
    values = {
        "BUILD_NUMBER": build,
        "LOCALE": "en-US",
        "MRSPARKLE_PORT_NUMBER": port,
        "MRSPARKLE_ROOT_PATH": "",
        "SPLUNKD_PATH": "/en-US/splunkd/__raw",
        "SPLUNK_UI_THEME": theme_name,
        "USERNAME": user,
        "VERSION_LABEL": "10.4.0",
    }
    info = {"entry": [{"content": {"isFree": False, "product_type": "enterprise"}}]}
    return (
        f"window.$C = {json.dumps(values)};"
        f"window.__splunkd_partials__ = {json.dumps({'/services/server/info': info})};"
    )
