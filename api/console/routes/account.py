"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import COOKIE, SignedIn
from api.console.page import language_of, page
from api.console.words import say
from api.pieces import pieces_of
from copilot.errors import InvalidInput

router = APIRouter()


@router.get("/account")
def show_account(request: Request, _session: SignedIn) -> Response:
    """The account of whoever is signed in."""
    return page(request, "account.html", problem="")


@router.post("/account/password")
def change_password(
    request: Request,
    session: SignedIn,
    old: Annotated[str, Form(max_length=500)] = "",
    new: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Change the password; every session ends and a new one begins here."""
    accounts, account = pieces_of(request).accounts, session.account
    if accounts.verify(account.name, old) is None:
        return page(request, "account.html", 400, problem=say(language_of(request), "account.wrong"))
    try:
        accounts.set_password(account.id, new)
    except InvalidInput:
        return page(request, "account.html", 400, problem=say(language_of(request), "account.short"))
    answer = RedirectResponse("/console/account", 303)
    secure = request.url.scheme == "https"
    token = accounts.begin(account.id)
    answer.set_cookie(COOKIE, token, path="/console", httponly=True, samesite="lax", secure=secure)
    return answer
