"""A language model on loopback that says what a test tells it to, in the form of OpenAI's chat completions."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LanguageModelStub:
    """`says` is the content of every answer; `asked` the bodies that came, `keys` the credentials."""

    def __init__(self, says: str = "{}") -> None:
        self.says, self.status = says, 200
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """host:port, as the settings' exceptions take it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> LanguageModelStub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler_of(stub: LanguageModelStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stub.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            stub.keys.append(self.headers.get("Authorization"))
            answer = {
                "choices": [{"message": {"role": "assistant", "content": stub.says}}],
                "usage": {"prompt_tokens": 400, "completion_tokens": 100, "total_tokens": 500},
            }
            body = json.dumps(answer).encode()
            self.send_response(stub.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
