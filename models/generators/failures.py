"""What went wrong between us and a server of chat completions, as the one error of the port."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from copilot.errors import GenerationFailed

_SHOWN = 200
_TIMED_OUT = {408, 504}
"""Statuses after which something may have been generated, and charged."""
_OPTIONAL = {"response_format", "stream", "stream_options", "temperature"}
_MEANINGS: Mapping[int, str] = {
    401: "it does not accept the key",
    403: "the key may not use this model",
    404: "there is no such model or address; a base URL usually ends in /v1",
    413: "the prompt is too long for it",
    429: "it is asked too often",
}


def of_status(status: int, body: Any, headers: Mapping[str, str], secret: str) -> GenerationFailed:
    """The error for an answer with a status other than success."""
    said = shown(body, secret)
    exhausted = status == 429 and "quota" in said.lower()
    message = f"the server answered {status}"
    for part in (_MEANINGS.get(status), said):
        message += f": {part}" if part else ""
    return GenerationFailed(
        message,
        retryable=(status in (408, 429) or status >= 500) and not exhausted,
        retry_after=_retry_after(headers),
        asked=status in _TIMED_OUT,
    )


def malformed(what: str) -> GenerationFailed:
    """The error for an answer that is none, though the server calls it a success."""
    return GenerationFailed(f"the server's answer {what}", retryable=True)


def unused_wish(body: Any, wishes: Mapping[str, Any]) -> str | None:
    """The optional parameter that a server says it does not know, None where it complains of something else.

    A bound on the answer's length is given up for nothing but the other name for it.
    """
    said = json.dumps(body, ensure_ascii=False).lower() if isinstance(body, Mapping) else str(body).lower()
    if re.search(r"context length|too (?:long|large|many)|exceed", said):
        return None
    if "max_tokens" in wishes and "max_completion_tokens" in said:
        return "max_tokens"
    named = [name for name in wishes if name in _OPTIONAL and re.search(rf"(?<![a-z_]){name}(?![a-z_])", said)]
    if named:
        return min(named, key=said.index)
    if "response_format" in wishes and re.search(r"json_schema|schema|grammar|guided", said):
        return "response_format"
    return None


def shown(body: Any, secret: str) -> str:
    """The server's own words, short, on one line, without the key that some of them repeat."""
    error = body.get("error", body) if isinstance(body, Mapping) else body
    text = error.get("message") if isinstance(error, Mapping) else error
    if not isinstance(text, str) or "<html" in text.lower():
        return ""
    if secret:
        text = text.replace(secret, "***")
    text = re.sub(r"\bsk-[\w*.-]{4,}", "***", text)
    return "".join(c if c.isprintable() else " " for c in text)[:_SHOWN].strip().rstrip(".")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait; the form with a date is rare and left to the caller's own patience."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
