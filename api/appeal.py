"""/appeal/{token}: where a member without an account appeals and reads the answer. Works without JavaScript.

The token in the address is the only key and no cookie is set, so nobody else's page can act for a member. What they
wrote themselves is shown only after a click: chat apps fetch pages in advance to show a preview.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from api.console.app import Headers
from api.console.guard import same_origin
from api.console.page import page
from api.console.words import LANGUAGES, say, words
from api.errors import ApiError, status_of
from api.limits import RateLimit
from api.people import bench_of
from api.pieces import Pieces, pieces_of
from copilot.errors import Conflict, CopilotError, InvalidInput
from copilot.service.appeals import LONGEST_TEXT, Hearing
from copilot.service.letters import duration, spoken_in

_LOOKS_PER_ADDRESS = 60  # a minute
_SENT_PER_ADDRESS = 20
_SENT_PER_TOKEN = 6

router = APIRouter()

Language = Annotated[str, Query(max_length=8)]


def appeal(pieces: Pieces) -> ASGIApp:
    """Return the pages for members; they share the API's pieces."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry={"logs": False})
    app.state.pieces = pieces
    app.state.looks = RateLimit(_LOOKS_PER_ADDRESS)
    app.state.sent = RateLimit(_SENT_PER_ADDRESS)
    app.state.sent_by_token = RateLimit(_SENT_PER_TOKEN)
    for kind in (CopilotError, ApiError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _refused)
    app.include_router(router)
    return Headers(app, {"X-Robots-Tag": "noindex, nofollow"})


@router.get("/{token}")
def show(token: str, request: Request, lang: Language = "") -> Response:
    """What was decided, and the form or what came of it."""
    _slow_down(request, request.app.state.looks, _caller(request))
    return _page(request, _heard(token, request), lang)


@router.post("/{token}/message")
def show_message(token: str, request: Request, lang: Annotated[str, Form(max_length=8)] = "") -> Response:
    """The same with what the member wrote."""
    same_origin(request)
    _slow_down(request, request.app.state.looks, _caller(request))
    return _page(request, _heard(token, request), lang, shows_message=True)


@router.post("/{token}")
def file(
    token: str,
    request: Request,
    text: Annotated[str, Form(max_length=20_000)] = "",
    lang: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Take the appeal; what is wrong with it is said beside the words, which are kept."""
    same_origin(request)
    _slow_down(request, request.app.state.sent, _caller(request))
    heard = _heard(token, request)
    _slow_down(request, request.app.state.sent_by_token, token)
    try:
        bench = bench_of(pieces_of(request).accounts, heard.community.id)
        pieces_of(request).service.appeals.file(token, text, bench, datetime.now(UTC))
    except InvalidInput:
        key = "appeal.too_long" if text.strip() else "appeal.empty"
        problem = say(_language(request, heard, lang), key, most=LONGEST_TEXT, now=len(text.strip()))
        return _page(request, heard, lang, status=400, text=text, problem=problem)
    except Conflict:  # the decision changed while they wrote: the page says how
        return _page(request, _heard(token, request), lang, status=409, text=text)
    query = f"?lang={lang}" if lang in LANGUAGES else ""
    return RedirectResponse(f"/appeal/{token}{query}", 303)


def _heard(token: str, request: Request) -> Hearing:
    return pieces_of(request).service.appeals.hear(token, datetime.now(UTC))


def _page(
    request: Request,
    heard: Hearing,
    lang: str,
    *,
    status: int = 200,
    text: str = "",
    problem: str = "",
    shows_message: bool = False,
) -> Response:
    language = _language(request, heard, lang)
    return page(
        request,
        "appeals/member.html",
        status,
        language=language,
        heard=heard,
        text=text,
        problem=problem,
        shows_message=shows_message,
        most=LONGEST_TEXT,
        token=request.path_params["token"],
        time_zone=heard.community.time_zone,
        span=lambda minutes: duration(minutes, language),
    )


def _language(request: Request, heard: Hearing, asked: str) -> str:
    """As asked for, else as the browser prefers, else the community's."""
    if asked in LANGUAGES:
        return asked
    accepted = request.headers.get("accept-language", "").lower()
    return next((name for name in LANGUAGES if accepted.startswith(name)), spoken_in(heard.community))


def _caller(request: Request) -> str:
    return request.client.host if request.client else ""


def _slow_down(request: Request, limit: RateLimit, key: str) -> None:
    wait = limit.retry_after(key)
    if wait is not None:
        raise ApiError(429, "too fast", headers={"Retry-After": str(wait)})


async def _refused(request: Request, error: Exception) -> Response:
    language = "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh"
    status = 400
    if isinstance(error, CopilotError):
        status = status_of(error)
    elif isinstance(error, ApiError):
        status = error.status
    elif isinstance(error, HTTPException):
        status = error.status_code
    key = "appeal.invalid" if status == 404 else f"appeal.error_{status}"
    key = key if key in words() else "appeal.error_400"
    answer = page(request, "appeals/refused.html", status, language=language, key=key)
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer
