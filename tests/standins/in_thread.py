"""A server in a thread of the test's own process."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socketserver


class InThread:
    """Base class. `_serve` starts the server; leaving the context ends it."""

    _server: socketserver.BaseServer

    def _serve(self, server: socketserver.BaseServer) -> None:
        self._server = server
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
