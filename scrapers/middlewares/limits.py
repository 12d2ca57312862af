"""What of an answer is not even unpacked: encodings one in another without end, and such as nobody here can undo.

The size of what is unpacked is limited by DOWNLOAD_MAXSIZE, each encoding for itself; this stands below the unpacking.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

MAX_ENCODINGS = 2  # honest servers use one, a proxy before them may add another; each more multiplies the work
KNOWN_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd", "identity"})


class AnswerLimitMiddleware:
    """Refuses answers by their Content-Encoding (RFC 9110 8.4); the outcome is `broken`, the reason says which rule."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises IgnoreRequest with the reason."""
        stated = response.headers.getlist("Content-Encoding")
        if not stated:
            return response
        encodings = [each.strip().lower() for value in stated for each in value.decode("latin-1").split(",")]
        encodings = [each for each in encodings if each]
        if len(encodings) > MAX_ENCODINGS:
            raise IgnoreRequest("too_many_encodings")
        if not KNOWN_ENCODINGS.issuperset(encodings):
            raise IgnoreRequest("unknown_encoding")
        return response
