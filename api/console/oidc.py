"""Signing in with an OpenID Connect provider: authorization code with PKCE, the token checked throughout.

https://openid.net/specs/openid-connect-core-1_0.html, section 3.1; RFC 7636 for PKCE.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from api.errors import ApiError

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

_SECONDS = 10.0
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # never "none", never a shared secret


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for people, and as whom this server asks."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to sign in, kept in a cookie of the browser that began it until it comes back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        """One that nobody can guess."""
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    def dump(self) -> str:
        """For the cookie."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, cookie: str | None) -> Attempt:
        """From the cookie; raises ApiError where it is missing or torn."""
        try:
            return cls(**json.loads(cookie or ""))
        except (ValueError, TypeError):
            raise ApiError(400, "this attempt to sign in has ended; begin again") from None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for."""

    subject: str
    name: str


def address(provider: Provider, redirect_uri: str, attempt: Attempt) -> str:
    """Where to send the browser; raises ApiError where the provider does not answer as the standard says."""
    with _client(provider, redirect_uri) as client:
        found = _discover(client, provider)
        url, _ = client.create_authorization_url(
            found["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return str(url)


def person(provider: Provider, redirect_uri: str, attempt: Attempt, state: str, code: str) -> Person:
    """Who came back; raises ApiError for an answer that is not to our question, or a provider that does not answer."""
    if not code or not secrets.compare_digest(state.encode(), attempt.state.encode()):
        raise ApiError(400, "this attempt to sign in has ended; begin again")
    with _client(provider, redirect_uri) as client:
        found = _discover(client, provider)
        try:
            token = client.fetch_token(found["token_endpoint"], code=code, code_verifier=attempt.verifier)
            keys = client.request("GET", found["jwks_uri"], withhold_token=True).raise_for_status().json()
        except Exception as error:  # whatever its HTTP client raises
            raise ApiError(503, f"the provider refused: {type(error).__name__}") from error
    claims = _claims(str(token.get("id_token", "")), keys, provider, attempt.nonce)
    name = next((str(claims[key]) for key in ("preferred_username", "email", "name") if claims.get(key)), claims["sub"])
    return Person(f"{provider.issuer}|{claims['sub']}", name.replace(":", " ").strip()[:50] or claims["sub"][:50])


def _client(provider: Provider, redirect_uri: str) -> OAuth2Client:
    from authlib.integrations.httpx_client import OAuth2Client

    return OAuth2Client(
        provider.client_id,
        provider.client_secret,
        scope="openid profile email",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=_SECONDS,
    )


def _discover(client: OAuth2Client, provider: Provider) -> dict[str, Any]:
    url = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        found: dict[str, Any] = client.request("GET", url, withhold_token=True).raise_for_status().json()
        if found["issuer"] != provider.issuer:
            raise ValueError("another issuer")
        return {key: found[key] for key in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    except Exception as error:
        raise ApiError(503, f"the provider cannot be reached: {type(error).__name__}") from error


def _claims(id_token: str, keys: Any, provider: Provider, nonce: str) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        token = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
        rules.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ApiError(400, "the provider's answer does not hold") from error
    return dict(token.claims)
