"""Who looks at a page and what they may do: sessions, roles and CSRF tokens, checked on the server for every route."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.errors import ApiError
from api.pieces import pieces_of
from copilot.adapters.sql import Session
from copilot.people import Account, Role
from copilot.types import Community

COOKIE = "cc_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in; pages answer with the form for it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which community, in which role."""

    account: Account
    community: Community
    role: Role

    @property
    def actor(self) -> str:
        """The name under which they act."""
        return self.account.name


def same_origin(request: Request) -> None:
    """Refuse what another site's page sent."""
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if foreign or site not in (None, "same-origin", "none"):
        raise ApiError(403, "csrf")


async def signed_in(request: Request) -> Session:
    """Return the session, and refuse a change without its token (a field `csrf`, or the header X-CSRF-Token)."""
    same_origin(request)
    token = request.cookies.get(COOKIE)
    # in a thread: the event loop serves everybody else meanwhile
    session = await run_in_threadpool(pieces_of(request).accounts.session, token) if token else None
    if session is None:
        raise SignInNeeded
    if request.method not in _SAFE:
        given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), session.csrf.encode()):
            raise ApiError(403, "csrf")
    request.state.session = session
    request.state.key_name = session.account.name
    return session


SignedIn = Annotated[Session, Depends(signed_in)]


def needs(role: Role) -> Callable[..., Visit]:
    """Make a dependency for paths with `{community}` that lets people with this role, or a higher one, pass.

    To a stranger a community looks as if it did not exist.
    """

    def check(community: str, request: Request, session: SignedIn) -> Visit:
        held = session.account.role_in(community)
        if held is None:
            raise ApiError(404, "there is no such community")
        found = pieces_of(request).service.community(community)
        if not held.includes(role):
            raise ApiError(403, f"needs the role {role.value}")
        visit = Visit(session.account, found, held)
        request.state.visit = visit
        return visit

    check.needs = role  # type: ignore[attr-defined]  # read by the test that walks all routes
    return check


def needs_admin(request: Request, session: SignedIn) -> Account:
    """Let admins pass."""
    if not session.account.admin:
        raise ApiError(403, "needs an admin")
    return session.account


Viewer = Annotated[Visit, Depends(needs(Role.VIEWER))]
Moderator = Annotated[Visit, Depends(needs(Role.MODERATOR))]
Operator = Annotated[Visit, Depends(needs(Role.OPERATOR))]
Owner = Annotated[Visit, Depends(needs(Role.OWNER))]
Admin = Annotated[Account, Depends(needs_admin)]
