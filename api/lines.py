"""Read JSONL input lines into messages, strictly: nothing is guessed, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NoReturn

from copilot.types import Message

LONGEST_LINE = 4 << 20
"""Bytes; a longer line is rejected and its content left in the input."""
LONGEST_TEXT = 100_000
"""Characters of a text that are judged; a longer one is rejected."""


class BadLine(ValueError):
    """A line that cannot be judged, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Line:
    """A message with the id exactly as it was given (a string or a whole number)."""

    id: str | int
    message: Message


def rejects_path(output: Path) -> Path:
    """Return OUTPUT with its suffix replaced: `out.jsonl` gives `out.rejects.jsonl`."""
    return output.with_suffix(".rejects.jsonl")


def lines_of(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield numbered lines, counted from 1; None stands for one longer than LONGEST_LINE."""
    number = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(raw) <= LONGEST_LINE:
            yield number, raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(LONGEST_LINE)
        yield number, None


def parse(number: int, raw: bytes | None) -> Line | None:
    """Return the message of a line, None for a blank one; raises BadLine."""
    if raw is None:
        raise BadLine(f"the line is longer than {LONGEST_LINE} bytes")
    if not raw.strip():
        return None
    try:
        record = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise BadLine("nested too deeply") from error
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(record, dict):
        raise BadLine("not a JSON object")
    return Line(_id(record), _message(record))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _id(record: dict[str, Any]) -> str | int:
    value = record.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadLine("`id` is missing" if value is None else "`id` must be a string or a whole number")
    return value


def _text(record: dict[str, Any], name: str, *, required: bool = False) -> str | None:
    value = record.get(name)
    if value is None and not required:
        return None
    if not isinstance(value, str):
        raise BadLine(f"`{name}` is missing" if value is None else f"`{name}` must be a string")
    if len(value) > LONGEST_TEXT:
        raise BadLine(f"`{name}` is longer than {LONGEST_TEXT} characters")
    return value


def _time(record: dict[str, Any]) -> datetime | None:
    value = _text(record, "sent_at")
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadLine("`sent_at` is not a time as in 2026-01-31T08:00:00+08:00") from error
    if time.tzinfo is None:
        raise BadLine("`sent_at` has no time zone")
    return time


def _message(record: dict[str, Any]) -> Message:
    return Message(
        id=str(record["id"]),
        text=_text(record, "text", required=True) or "",
        community=_text(record, "community"),
        author=_text(record, "author"),
        quoted=_text(record, "quoted") or "",
        sent_at=_time(record),
        theme=_text(record, "theme"),
    )
