"""Every error as one JSON shape, and the one table from domain errors to HTTP statuses.

{"error": {"type": "...", "message": "...", "param": "messages.0.text", "request_id": "..."}}
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from copilot.errors import (
    Conflict,
    CopilotError,
    InvalidInput,
    ModelUnavailable,
    NotFound,
    StoreUnavailable,
)

log = logging.getLogger(__name__)

STATUS_OF: Mapping[type[CopilotError], int] = {
    InvalidInput: 400,
    NotFound: 404,
    Conflict: 409,
    ModelUnavailable: 503,
    StoreUnavailable: 503,
    CopilotError: 500,
}

TYPE_OF: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}

INTERNAL_MESSAGE = "Something went wrong on our side; the request id finds it in the log."

_MESSAGE_OF: Mapping[int, str] = {
    404: "There is nothing at this address.",
    405: "This address does not support that method.",
    500: INTERNAL_MESSAGE,
}

_INTERNAL = 500
_RETRY_SECONDS = "1"


class ApiError(Exception):
    """An error of the HTTP layer itself: who calls, how often, in which form."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.headers = headers


def error_response(
    status: int,
    message: str,
    *,
    request_id: str | None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the one shape of an error."""
    content = {
        "error": {
            "type": TYPE_OF.get(status, "invalid_request" if status < _INTERNAL else "internal_error"),
            "message": message,
            "param": param,
            "request_id": request_id,
        }
    }
    # A lone surrogate in a caller's field name has no UTF-8 form; as \udxxx it is valid JSON.
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, status, dict(headers or {}), media_type="application/json")


def install(app: FastAPI) -> None:
    """Register the handlers; whatever else escapes is caught by the request middleware."""
    app.add_exception_handler(CopilotError, _on_domain_error)
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)


def status_of(error: CopilotError) -> int:
    """The status of the closest class in the table."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def request_id_of(request: Request) -> str | None:
    """The id the request middleware gave this request."""
    found: str | None = getattr(request.state, "request_id", None)
    return found


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, CopilotError)  # noqa: S101 - registered for this class
    status = status_of(error)
    message = error.message
    if status >= _INTERNAL:
        log.error("request failed", exc_info=error)
    if status == _INTERNAL:
        message = INTERNAL_MESSAGE
    return error_response(
        status,
        message,
        request_id=request_id_of(request),
        param=error.param,
        headers={"Retry-After": _RETRY_SECONDS} if isinstance(error, StoreUnavailable) else None,
    )


async def _on_api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 - registered for this class
    return error_response(
        error.status,
        error.message,
        request_id=request_id_of(request),
        param=error.param,
        headers=error.headers,
    )


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    message = _MESSAGE_OF.get(error.status_code, str(error.detail))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = _allowed(request) or headers.get("Allow", "")
    return error_response(error.status_code, message, request_id=request_id_of(request), headers=headers)


def _allowed(request: Request) -> str:
    """All methods of this address; the router knows only those of the first route it met."""
    template = getattr(request.scope.get("route"), "path_format", "")  # as the document writes it
    operations = request.app.openapi()["paths"].get(template, {})
    return ", ".join(sorted(method.upper() for method in operations))


async def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    first = error.errors()[0]
    status, message = 400, _sentence(first)
    if first["loc"] == ("body",) and isinstance(first["input"], bytes):
        status, message = _unparsed(request)
    elif first["loc"] == ("body",) and first["type"] == "missing":
        message = "A JSON body is required."
    return error_response(status, message, request_id=request_id_of(request), param=_param(first["loc"]))


def _unparsed(request: Request) -> tuple[int, str]:
    """Status and message for a body that StrictRequest could not, or was not asked to, parse."""
    why: str | None = getattr(request.state, "unreadable", None)
    if why is not None:
        return 400, why
    return 415, "Send JSON, with the header Content-Type: application/json."


def _param(loc: Sequence[Any]) -> str | None:
    """`messages.0.text` for ("body", "messages", 0, "text")."""
    parts = [str(part)[:100] for part in loc[1:]]
    return ".".join(parts) or None


def _sentence(error: Mapping[str, Any]) -> str:
    if error["type"] == "string_unicode":
        return "This must be text without lone surrogates."
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.endswith(".") else f"{message}."
