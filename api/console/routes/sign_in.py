"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.console import oidc
from api.console.guard import COOKIE, SignedIn, same_origin
from api.console.page import language_of, page
from api.console.words import LANGUAGES, say
from api.errors import ApiError
from api.pieces import pieces_of
from copilot.adapters.sql import Accounts
from copilot.errors import Conflict, NotFound
from copilot.people import Account

_ATTEMPT = "cc_oidc"

router = APIRouter()


@router.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    """The form."""
    return _form(request)


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Check name and password, within what the throttle allows."""
    same_origin(request)
    pieces, language = pieces_of(request), language_of(request)
    caller = request.client.host if request.client else ""
    wait = pieces.sign_in_limit.retry_after(f"{caller} {name}") or pieces.address_limit.retry_after(caller)
    if wait is not None:
        problem = say(language, "sign_in.wait", seconds=wait)
        return _form(request, 429, name, problem)
    account = pieces.accounts.verify(name, password)
    if account is None:
        return _form(request, 401, name, say(language, "sign_in.wrong"))
    return _enter(request, account)


@router.get("/oidc")
def begin_oidc(request: Request) -> Response:
    """Send the browser to the provider."""
    attempt = oidc.Attempt.new()
    url = oidc.address(_provider(request), _return_address(request), attempt)
    answer = RedirectResponse(url, 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        _ATTEMPT, attempt.dump(), max_age=600, path="/console/oidc", httponly=True, samesite="lax", secure=secure
    )
    return answer


@router.get("/oidc/return")
def end_oidc(request: Request, state: str = "", code: str = "") -> Response:
    """Let in whom the provider vouches for. Whoever comes for the first time has an account without any role."""
    attempt = oidc.Attempt.load(request.cookies.get(_ATTEMPT))
    person = oidc.person(_provider(request), _return_address(request), attempt, state, code)
    accounts = pieces_of(request).accounts
    try:
        account = accounts.of_subject(person.subject)
    except NotFound:
        account = _newcomer(accounts, person)
    if account.disabled:
        raise ApiError(403, "this account is disabled")
    answer = _enter(request, account)
    answer.delete_cookie(_ATTEMPT, path="/console/oidc")
    return answer


@router.post("/sign-out")
def sign_out(request: Request, _session: SignedIn) -> Response:
    """End the session."""
    pieces_of(request).accounts.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/console/sign-in", 303)
    answer.delete_cookie(COOKIE, path="/console")
    return answer


@router.post("/language")
def switch_language(request: Request, session: SignedIn) -> Response:
    """Switch to the other language and return to the page."""
    other = LANGUAGES[1 - LANGUAGES.index(language_of(request))]
    pieces_of(request).accounts.set_language(session.account.id, other)
    referer = request.headers.get("referer", "")
    path = referer[referer.find("/console") :] if "/console" in referer else "/console"
    return RedirectResponse(path, 303)


def _form(request: Request, status: int = 200, name: str = "", problem: str = "") -> Response:
    provider = bool(pieces_of(request).settings.oidc_issuer)
    return page(request, "sign_in.html", status, name=name, problem=problem, provider=provider)


def _enter(request: Request, account: Account) -> Response:
    """Begin a session and go to the start."""
    answer = RedirectResponse("/console", 303)
    secure = request.url.scheme == "https"
    token = pieces_of(request).accounts.begin(account.id)
    answer.set_cookie(COOKIE, token, path="/console", httponly=True, samesite="lax", secure=secure)
    return answer


def _provider(request: Request) -> oidc.Provider:
    settings = pieces_of(request).settings
    if not settings.oidc_issuer:
        raise NotFound("no provider is set up")
    secret = settings.oidc_client_secret.get_secret_value()
    return oidc.Provider(settings.oidc_issuer, settings.oidc_client_id, secret)


def _return_address(request: Request) -> str:
    return f"{pieces_of(request).settings.public_url.rstrip('/')}/console/oidc/return"


def _newcomer(accounts: Accounts, person: oidc.Person) -> Account:
    """An account for somebody new; a name that is taken is another person's."""
    for suffix in ("", *(f" ({n})" for n in range(2, 100))):
        try:
            return accounts.create(person.name + suffix, None, subject=person.subject)
        except Conflict:
            continue
    raise Conflict("this name is taken", param="name")
