"""The console as an app of its own, mounted under /console."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console.guard import SignInNeeded
from api.console.live import Feed
from api.console.page import STATIC, language_of, page
from api.console.routes import ROUTERS
from api.console.words import say, words
from api.errors import ApiError, request_id_of, status_of
from api.pieces import Pieces
from copilot.errors import CopilotError

log = logging.getLogger(__name__)

_HEADERS = {
    # no inline script or style, nothing from elsewhere, nobody may frame it
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_FOR_GOOD = "public, max-age=31536000, immutable"


def console(pieces: Pieces) -> ASGIApp:
    """Return the console; it shares the API's pieces."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry={"logs": False})
    app.state.pieces = pieces
    app.state.feed = Feed(pieces.service.queue)
    app.add_exception_handler(SignInNeeded, _sign_in)
    for kind in (CopilotError, ApiError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _error)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return Headers(app)


class Headers:
    """Gives every answer the security headers and what is `added`, pages `no-store`, and static files a year."""

    def __init__(self, app: ASGIApp, added: Mapping[str, str] | None = None) -> None:
        self._app = app
        self._headers = {**_HEADERS, **(added or {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                static = "/static/" in scope["path"] and message["status"] == 200
                headers.setdefault("Cache-Control", _FOR_GOOD if static else "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)


async def _sign_in(request: Request, _error: Exception) -> Response:
    if "hx-request" in request.headers:  # a fragment cannot become a form: send the whole page there
        return Response(status_code=200, headers={"HX-Redirect": "/console/sign-in"})
    return RedirectResponse("/console/sign-in", 303)


async def _error(request: Request, error: Exception) -> Response:
    status, message = _told(error)
    if status >= 500:
        log.error("a page failed", exc_info=error)
    language = language_of(request)
    key = "error.csrf" if message == "csrf" else f"error.{status}"
    text = say(language, key if key in words() else "error.500")
    fragment = "hx-request" in request.headers
    return page(
        request,
        "error_fragment.html" if fragment else "error.html",
        status,
        request_id=request_id_of(request) or "",
        text=text,
        detail="" if message == "csrf" else message,
    )


def _told(error: Exception) -> tuple[int, str]:
    """The status, and what may be told beside the words for it."""
    match error:
        case CopilotError():
            status = status_of(error)
            return status, error.message if status < 500 else ""
        case ApiError():
            return error.status, error.message
        case HTTPException():
            return error.status_code, ""
    return 400, ""
