"""A small OpenID provider on loopback that keeps to the specification, or breaks one rule of it as a test says."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "leadhouse", "the client's secret"


class OpenIdProvider:
    """`subject` is whom it signs in; `broken` names what it does wrong."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.other_key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.subject, self.broken = "subject-1", ""
        self.person: dict[str, object] = {}  # claims beside the subject, for who asks for them
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
                asked = {name: values[0] for name, values in query.items()}
                if path == "/.well-known/openid-configuration":
                    self._json(provider.metadata())
                elif path == "/keys":
                    self._json({"keys": [provider.key.as_dict(private=False)]})
                else:
                    self.send_response(303)
                    self.send_header("Location", provider.authorize(asked))
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {name: values[0] for name, values in parse_qs(body).items()}
                status, answer = provider.exchange(asked, self.headers.get("Authorization", ""))
                self._json(answer, status)

            def _json(self, content: object, status: int = 200) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.issuer = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> OpenIdProvider:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        if self.broken == "denied":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, object]]:
        user, _, password = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        begun = self.codes.pop(asked["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).decode()
        if (unquote(user), unquote(password)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if begun is None or begun["code_challenge"] != challenge.rstrip("="):
            return 400, {"error": "invalid_grant"}
        if begun["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if self.broken == "no token":
            return 200, {"access_token": "x", "token_type": "Bearer"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(begun)}

    def _id_token(self, begun: dict[str, str]) -> str:
        now, nonce = int(time.time()), begun["nonce"]
        claims = {
            "iss": "http://elsewhere.example" if self.broken == "issuer" else self.issuer, "sub": self.subject,
            "aud": "another client" if self.broken == "audience" else CLIENT, "iat": now,
            "exp": now - 3600 if self.broken == "expired" else now + 300,
            "nonce": "another" if self.broken == "nonce" else nonce,
            **(self.person if "email" in begun["scope"].split() else {}),
        }  # fmt: skip
        if self.broken == "unsigned":
            head, body = (
                base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
                for part in ({"alg": "none"}, claims)
            )
            return f"{head}.{body}."
        key = self.other_key if self.broken == "signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
