"""A small app with one modular input, `tiny`, to test the stand-in itself."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "TA_tiny"

_SCRIPT = r'''
import re, signal, sys, time

SCHEME = """<scheme><title>Tiny</title><description>d</description>
<use_external_validation>true</use_external_validation>
<use_single_instance>false</use_single_instance><streaming_mode>xml</streaming_mode>
<endpoint><args>
<arg name="mode"><title>Mode</title><required_on_create>true</required_on_create></arg>
<arg name="events"><data_type>number</data_type><required_on_create>false</required_on_create></arg>
</args></endpoint></scheme>"""


def params(text):
    return dict(re.findall(r'<param name="([^"]+)">([^<]*)</param>', text))


def out(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def event(number):
    return b"<event><time>1700000000.%03d</time><data>{&quot;n&quot;:%d}</data></event>\n" % (
        number % 1000, number)


def main():
    if sys.argv[1:] == ["--scheme"]:
        print(SCHEME)
        return 0
    text = sys.stdin.read()
    mode, count = params(text)["mode"], int(params(text).get("events", 3))
    if sys.argv[1:] == ["--validate-arguments"]:
        assert "<item " in text
        if mode == "refused":
            print("<error><message>mode &lt;refused&gt; is not allowed</message></error>")
            return 1
        if mode == "broken":
            return 7
        if mode == "slow-validation":
            time.sleep(60)
        return 0
    good = b"".join(event(number) for number in range(count))
    if mode == "good":
        out(b"<stream>" + good + b"</stream>")
    elif mode == "cut":
        out(b"<stream>" + good + b"<event><time>17")
    elif mode == "malformed":
        out(b"<stream>" + good + b"<event><time>1</time><data>\x07</data></event></stream>")
    elif mode == "stderr":
        sys.stderr.write("INFO labelled\nunlabelled text\n")
    elif mode == "waits":
        out(b"<stream>" + good)
        signal.sigwait([signal.SIGUSR1])
    elif mode == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        out(b"<stream>" + good)
        time.sleep(60)
    elif mode == "memory":
        block = bytearray(40 << 20)
        out(b"<stream></stream>")
        time.sleep(0.2)
        del block
    elif mode == "echo":
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").encode()
        out(b"<stream><event><time>1</time><data>" + escaped + b"</data></event></stream>")
    return 0


if __name__ == "__main__":
    sys.exit(main())
'''

_HANDLER = """
import os

import splunk.admin as admin


class Handler(admin.MConfigHandler):
    def setup(self):
        if self.requestedAction == admin.ACTION_CREATE:
            self.supportedArgs.addReqArg("colour")
            self.supportedArgs.addOptArg("size")

    def handleList(self, info):
        info["one"]["colour"] = "red"

    def handleCreate(self, info):
        if self.callerArgs["colour"] == ["refused"]:
            raise admin.ArgValidationException("no such colour")
        if self.callerArgs["colour"] == ["crash"]:
            raise ValueError("it broke")
        if self.callerArgs["colour"] == ["sticky"]:
            os.environ["LEFT"] = self.getSessionKey()
        if self.callerArgs["colour"] == ["dies"]:
            os._exit(3)
        if self.callerArgs["colour"] == ["who"]:
            info["who"]["pid"] = os.getpid()
            info["who"]["user"] = self.userName
            return
        info[self.callerArgs.id]["colour"] = self.callerArgs["colour"][0]


if __name__ == "__main__":
    admin.init(Handler, admin.CONTEXT_APP_ONLY)
"""

_FILES = {
    "default/app.conf": "[install]\nbuild = 7\n[launcher]\nversion = 1.2.3\n[ui]\nlabel = Tiny\n",
    "default/inputs.conf": (
        "[tiny]\npython.version = python3\npython.required = 3.9, 3.11, 3.13\n"
        "start_by_shell = false\nsourcetype = tiny:event\n"
    ),
    "default/collections.conf": "[tiny_checkpoints]\n",
    "default/tiny.conf": "[logging]\nloglevel = INFO\nempty =\n",
    "default/restmap.conf": (
        "[admin:tiny]\nmatch = /\nmembers = tiny_things\n"
        "capability.post = edit_storage_passwords\n"
        "[admin_external:tiny_things]\nhandlertype = python\nhandlerfile = tiny_rh.py\n"
        "python.required = 3.9, 3.11, 3.13\nhandleractions = list, create\n"
        "handlerpersistentmode = true\n"
    ),
    "README/inputs.conf.spec": "[tiny://<name>]\nmode = <string>\nevents = <integer>\n",
    "README/tiny_account.conf.spec": "[<name>]\nhost = <string>\n",
    "bin/tiny.py": _SCRIPT,
    "bin/tiny_rh.py": _HANDLER,
}


def make_tiny_app(folder: Path, replaced: dict[str, str] | None = None) -> Path:
    """Write the app below `folder`; `replaced`: other contents for its files."""
    app = folder / NAME
    for name, text in {**_FILES, **(replaced or {})}.items():
        path = app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    return app
