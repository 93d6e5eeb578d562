"""Run the stand-in. It prints one JSON line when ready and ends properly on SIGTERM or SIGINT."""

from __future__ import annotations

import json
import sys
import threading

from tests.standins.ending import Ending

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
    ending = Ending("SIGTERM", "SIGINT")
    thread = threading.Thread(target=server.serve_forever, name="management", daemon=True)
    thread.start()
    instance.start(server.server_address[1])
    sys.stdout.write(json.dumps(instance.ready()) + "\n")
    sys.stdout.flush()
    ending.wait(also=instance.stopping)
    instance.stopping.set()
    instance.close()
    server.shutdown()
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
