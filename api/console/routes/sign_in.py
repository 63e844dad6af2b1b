"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import COOKIE, SignedIn, same_origin
from api.console.page import language_of, page
from api.console.words import LANGUAGES, say
from api.pieces import pieces_of

router = APIRouter()


@router.get("/sign-in")
def show_sign_in(request: Request) -> Response:
    """The form."""
    return page(request, "sign_in.html", name="", problem="")


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
        return page(request, "sign_in.html", 429, name=name, problem=problem)
    account = pieces.accounts.verify(name, password)
    if account is None:
        return page(request, "sign_in.html", 401, name=name, problem=say(language, "sign_in.wrong"))
    answer = RedirectResponse("/console", 303)
    secure = request.url.scheme == "https"
    token = pieces.accounts.begin(account.id)
    answer.set_cookie(COOKIE, token, path="/console", httponly=True, samesite="lax", secure=secure)
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
