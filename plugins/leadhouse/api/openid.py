"""OpenID Connect: the authorization code flow with PKCE (RFC 7636), state and nonce, at the provider of the settings.

A person is known by issuer and subject, never by an address, which changes hands. All requests go through the checked
session: a provider in the own network is an exception that the settings name.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any, cast

import requests
import structlog
from pydantic import SecretStr

from leadhouse.api.problems import Problem, ProblemError, not_found
from leadhouse.identity.external_sign_up import Vouched
from leadhouse.network import CheckedAdapter, checked_session
from leadhouse.settings import settings

TIMEOUT_SECONDS = 10.0
SCOPE, SIGN_UP_SCOPE = "openid", "openid email profile"
METADATA_SECONDS = 600.0
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
log = structlog.get_logger("leadhouse.api")


@dataclass(frozen=True)
class Provider:
    """Who vouches for people, and as whom we ask there."""

    name: str
    issuer: str
    client_id: str
    client_secret: SecretStr | None

    @property
    def key(self) -> str:
        """Its name among linked accounts: another issuer under the same name is another provider."""
        return f"{self.name}.{hashlib.sha256(self.issuer.encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Beginning:
    """Where the person is sent, and what is to be remembered until the person comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


def providers() -> list[Provider]:
    """Those of the settings: one or none."""
    chosen = settings()
    if not chosen.openid_issuer or not chosen.openid_client_id:
        return []
    return [Provider(chosen.openid_name, chosen.openid_issuer, chosen.openid_client_id, chosen.openid_client_secret)]


def find_provider(name: str) -> Provider:
    """Raises ProblemError (404)."""
    for provider in providers():
        if provider.name == name:
            return provider
    raise not_found("provider")


def begin(provider: Provider, redirect_uri: str, scope: str = SCOPE) -> Beginning:
    """Raises ProblemError (502) when the provider cannot be asked how it works."""
    from authlib.common.security import generate_token

    state, nonce, verifier = generate_token(32), generate_token(32), generate_token(64)
    with _session(provider, redirect_uri, scope) as session:
        url, _ = session.create_authorization_url(
            _metadata(provider)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Beginning(url, state, nonce, verifier)


def complete(provider: Provider, redirect_uri: str, code: str, verifier: str, nonce: str) -> Vouched:
    """For whom the provider vouches.

    Raises:
        ProblemError: 401 for a code or token that does not hold, 502 when the provider does not answer as it should.
    """
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError

    known = _metadata(provider)
    try:
        with _session(provider, redirect_uri) as session:
            token = session.fetch_token(
                known["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                timeout=TIMEOUT_SECONDS, allow_redirects=False,
            )  # fmt: skip
        return _vouched(provider, known, token, nonce)
    except (AuthlibBaseError, JoseError) as error:
        log.warning("a provider's sign-in does not hold", provider=provider.name, reason=str(error)[:300])
        raise _refused(provider) from error
    except (requests.RequestException, ValueError) as error:
        raise _failed(provider, error) from error


def _vouched(provider: Provider, known: dict[str, Any], token: dict[str, Any], nonce: str) -> Vouched:
    """Of an ID token signed by the provider, for us, now, in answer to this very request (OIDC core 3.1.3.7)."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.jwk import KeySet

    if not isinstance(token.get("id_token"), str):
        raise _refused(provider)
    keys = KeySet.import_key_set(cast("Any", _get(known["jwks_uri"])))
    decoded = jwt.decode(token["id_token"], key=keys, algorithms=ALGORITHMS)
    options = {
        "iss": {"essential": True, "values": [provider.issuer]},
        "aud": {"essential": True, "values": [provider.client_id]},
        "sub": {"essential": True}, "exp": {"essential": True}, "nonce": {"essential": True, "value": nonce},
    }  # fmt: skip
    params = {"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")}
    claims = CodeIDToken(decoded.claims, decoded.header, options, params)
    claims.validate(leeway=60)
    email, name = claims.get("email"), claims.get("name")
    is_verified = claims.get("email_verified") is True and isinstance(email, str)
    return Vouched(
        provider.key, str(claims["sub"]), email if is_verified else None, name[:200] if isinstance(name, str) else None
    )


def _session(provider: Provider, redirect_uri: str, scope: str = SCOPE) -> Any:
    """Authlib's session, over checked connections alone."""
    from authlib.integrations.requests_client import OAuth2Session

    secret = provider.client_secret.get_secret_value() if provider.client_secret else None
    session = OAuth2Session(
        client_id=provider.client_id, client_secret=secret, scope=scope, redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )  # fmt: skip
    session.trust_env = False
    session.mount("http://", CheckedAdapter("operator"))
    session.mount("https://", CheckedAdapter("operator"))
    return session


def _metadata(provider: Provider) -> dict[str, Any]:
    """How the provider works (OpenID Connect Discovery 1.0), remembered for ten minutes."""
    known = _known.get(provider.issuer)
    if known and time.monotonic() - known[0] < METADATA_SECONDS:
        return known[1]
    try:
        found = _get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != provider.issuer:
            raise ValueError(f"it calls itself {found.get('issuer')!r}")
        made = {name: str(found[name]) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    except (requests.RequestException, ValueError, KeyError) as error:
        raise _failed(provider, error) from error
    _known[provider.issuer] = (time.monotonic(), made)
    return made


def _get(url: str) -> dict[str, Any]:
    with checked_session("operator") as session:
        answer = session.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _refused(provider: Provider) -> ProblemError:
    return ProblemError(Problem.NOT_SIGNED_IN, f"What {provider.name} says does not hold. Begin again.")


def _failed(provider: Provider, error: Exception) -> ProblemError:
    log.warning("a provider cannot be asked", provider=provider.name, reason=str(error)[:300])
    return ProblemError(Problem.OUTSIDE_FAILED, f"{provider.name} does not answer as it should. Try again later.")


_known: dict[str, tuple[float, dict[str, Any]]] = {}
