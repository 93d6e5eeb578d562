"""Run the stand-in. It prints one JSON line when ready and ends properly on SIGTERM or SIGINT."""

from __future__ import annotations

import json
import signal
import sys
import threading

from .certificate import make_certificate, server_context
from .instance import Instance
from .management_server import ManagementServer
from .options import parse_options


def main(arguments: list[str]) -> int:
    """Serve until a signal; return the exit code."""
    options = parse_options(arguments)
    instance = Instance(options)
    context = server_context(make_certificate(instance.home.auth))
    server = ManagementServer(options.port, context, instance)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: instance.stopping.set())
    thread = threading.Thread(target=server.serve_forever, name="management", daemon=True)
    thread.start()
    instance.start(server.server_address[1])
    sys.stdout.write(json.dumps(instance.ready()) + "\n")
    sys.stdout.flush()
    while not instance.stopping.wait(3600):
        pass
    instance.close()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
