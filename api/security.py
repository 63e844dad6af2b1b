"""Who calls and what they may do: a key in a header, scopes on the key, a limit per key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from api.errors import ApiError
from api.pieces import pieces_of
from copilot.adapters.sql import Key
from copilot.errors import InvalidInput

SCOPES = ("classify", "moderate", "operate", "admin")

_bearer = HTTPBearer(scheme_name="bearer", auto_error=False, description="Authorization: Bearer <key>")
_header = APIKeyHeader(name="X-API-Key", scheme_name="api_key", auto_error=False, description="X-API-Key: <key>")


def authenticate(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> Key:
    """Return the caller's key, or refuse with 401."""
    plain = bearer.credentials if bearer else header
    if not plain:
        raise _unauthenticated("Give an API key: Authorization: Bearer <key>, or X-API-Key: <key>.")
    key = pieces_of(request).keyring.verify(plain)
    if key is None:
        raise _unauthenticated("This API key is wrong or was revoked.")
    request.state.key_name = key.name
    return key


def require(scope: str) -> Callable[..., Key]:
    """Make a dependency that lets keys with this scope pass, within their limit."""

    def check(request: Request, key: Annotated[Key, Depends(authenticate)]) -> Key:
        if scope not in key.scopes and "admin" not in key.scopes:
            raise ApiError(403, f"This key lacks the scope {scope!r}.")
        wait = pieces_of(request).rate_limit.retry_after(str(key.id))
        if wait is not None:
            raise ApiError(
                429,
                f"Too many requests with this key; come back in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        return key

    return check


def acting(key: Key, claimed: str | None = None) -> str:
    """Under whose name a caller acts: the key's, or that of the person whom the caller says it acts for."""
    return f"{claimed} (key:{key.name})" if claimed else f"key:{key.name}"


def checked_scopes(wanted: Iterable[str]) -> list[str]:
    """Return the scopes without repetition; raises InvalidInput for unknown ones or none."""
    scopes = list(dict.fromkeys(scope.strip() for scope in wanted if scope.strip()))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        named = f"unknown: {', '.join(unknown)}" if unknown else "none given"
        raise InvalidInput(f"scopes are {', '.join(SCOPES)}; {named}", param="scopes")
    return scopes


def _unauthenticated(message: str) -> ApiError:
    return ApiError(401, message, headers={"WWW-Authenticate": "Bearer"})
