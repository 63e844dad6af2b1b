"""Tables as CSV files that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from starlette.responses import StreamingResponse

_FORMULA = re.compile(r"^\s*[=+\-@\t\r\n|]")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
_ROWS = 200


def cell(value: object) -> str:
    """A cell's text; what a spreadsheet would take for a formula gets an apostrophe before it (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Rows as CSV, some at a time, after the mark by which spreadsheets know UTF-8."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    for count, row in enumerate(rows, 1):
        writer.writerow([cell(value) for value in row])
        if count % _ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def download(parts: Iterable[str], name: str, kind: str = "text/csv") -> StreamingResponse:
    """An answer that the browser saves under this name, which must be plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(parts, media_type=f"{kind}; charset=utf-8", headers=headers)
