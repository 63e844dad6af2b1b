"""The error answers that the OpenAPI document promises."""

from __future__ import annotations

from typing import Any

from api.schemas.status import ErrorOut

_MEANINGS = {
    400: "The request is wrong; `param` names the field.",
    401: "The key is missing, wrong or revoked.",
    403: "The key lacks the scope this asks for.",
    404: "What was asked for does not exist.",
    409: "It exists already, or was changed by somebody else meanwhile.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    429: "Too many requests with this key; `Retry-After` says how long to wait.",
    500: "Something went wrong on our side.",
    503: "The database or the model cannot be used; the same request may succeed later.",
}

Answers = dict[int | str, dict[str, Any]]


def errors(*statuses: int) -> Answers:
    """The `responses=` argument for these statuses."""
    return {status: {"model": ErrorOut, "description": _MEANINGS[status]} for status in statuses}


KEYED = errors(401, 403, 429, 500, 503)
WITH_BODY = errors(400, 413, 415)
