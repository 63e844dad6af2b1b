"""ASGI layers around the app: request id, log line, metrics, last-resort errors, body limit."""

from __future__ import annotations

import logging
import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.body import TooLarge
from api.errors import INTERNAL_MESSAGE, error_response
from api.metrics import Metrics

log = structlog.stdlib.get_logger("api.requests")

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_QUIET = frozenset({"/health", "/ready", "/metrics"})


class RequestContext:
    """Gives each request an id, one log line and its metrics, and turns surprises into a 500."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                log.exception("unexpected error")
                if status == 0:
                    response = error_response(500, INTERNAL_MESSAGE, request_id=request_id)
                    await response(scope, receive, send_with_id)
            finally:
                self._finish(scope, status, time.perf_counter() - began)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        found = getattr(scope.get("route"), "path", None)
        route = "unmatched" if found is None else f"{scope.get('root_path', '')}{found}"
        self._metrics.observe_request(scope["method"], route, status, seconds)
        level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
        log.log(
            level,
            "request",
            method=scope["method"],
            route=route,  # the template, since paths can hold whatever a caller likes
            status=status,
            ms=round(seconds * 1000, 1),
            key=scope["state"].get("key_name"),
        )


class BodyLimit:
    """Refuses bodies over the limit by their announced length, and by what really arrives."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced[:20]) > self._limit:
            error = TooLarge(self._limit)
            response = error_response(
                413,
                error.detail,
                request_id=scope.get("state", {}).get("request_id"),
                headers={"Connection": "close"},
            )
            await response(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise TooLarge(self._limit)
            return message

        await self._app(scope, counted, send)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else f"req-{uuid.uuid4().hex}"
