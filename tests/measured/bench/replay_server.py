"""Sends prepared pages over TLS: `python -m tests.measured.bench.replay_server FOLDER`.

It reads only the path and the offset of a request. FOLDER/plans.json, read at each request, lists
the page and the number of pages for each configuration id. The offset after page 3 is `p3`; after
the last page of a plan there is an empty page. The pages of a plan without `more` look like a last
page. FOLDER/requests.txt has the time of each request. Prints its port when it is ready.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.measured.bench.bodies import Body, context
from tests.standins.akamai.certificates import make_certificates, server_context

REQUESTS = "requests.txt"
"""In FOLDER: when each request came, by the monotonic clock."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    folder: Path

    def do_GET(self) -> None:
        asked_at = time.monotonic()
        asked = urlsplit(self.path)
        plan = json.loads((self.folder / "plans.json").read_text())[asked.path.rpartition("/")[2]]
        with (self.folder / REQUESTS).open("a", encoding="utf-8") as requests:
            requests.write(f"{asked_at}\n")
        offset = parse_qs(asked.query).get("offset", ["p0"])[0]
        sent = int(offset[1:])
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if sent < plan["pages"]:
            body = Body(Path(plan["lines"]), plan["times"], plan["events"], plan["size"])
            pieces = body.pieces(f"p{sent + 1}", more=plan["more"])
        else:
            pieces = iter([context(0, offset, more=False)])
        for piece in pieces:
            self.wfile.write(b"%x\r\n" % len(piece))
            self.wfile.write(piece)
            self.wfile.write(b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


def main(folder: Path) -> None:
    _, server_pem = make_certificates(folder)
    Handler.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.socket = server_context(server_pem).wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
