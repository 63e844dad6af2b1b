"""A chat completion, read from a stream of events or from one JSON body, whichever the server sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.generators.failures import malformed

_LARGEST_BODY = 4_000_000
_CHARACTERS_PER_TOKEN = 16
_SLACK = 1_000


@dataclass(slots=True)
class Completion:
    """What has arrived so far. `finish` is the server's word for why it ended, empty while it has not."""

    pieces: list[str] = field(default_factory=list)
    finish: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    characters: int = 0

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    async def read(self, response: Any, max_tokens: int) -> None:
        """Read an open response of the SDK. Raises GenerationFailed where it is neither a stream nor a completion.

        A server that writes on far beyond `max_tokens` is cut off.
        """
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        if kind == "application/json":
            await self._read_body(response)
        elif kind == "text/event-stream":
            await self._read_events(response, max_tokens * _CHARACTERS_PER_TOKEN + _SLACK)
        elif kind == "text/html":
            raise malformed("is a web page; a base URL usually ends in /v1")
        else:
            raise malformed(f"is of type {kind[:60] or 'unknown'!r}")

    async def _read_events(self, response: Any, most: int) -> None:
        try:
            async for event in await response.parse():
                self._usage(event.usage)
                for choice in event.choices[:1]:
                    self._add(choice.delta.content)
                    self.finish = choice.finish_reason or self.finish
                if self.characters > most:
                    self.finish = "length"
                    return
        except (ValueError, AttributeError, TypeError) as error:
            raise malformed("has an event that cannot be read") from error

    async def _read_body(self, response: Any) -> None:
        body = bytearray()
        async for part in response.iter_bytes():
            body += part
            if len(body) > _LARGEST_BODY:
                raise malformed("is too large")
        try:
            value = json.loads(body)
            choice = value["choices"][0]
            self._add(choice["message"]["content"])
            self.finish = str(choice.get("finish_reason") or "stop")
            self._usage(value.get("usage"))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            raise malformed("is no completion") from error

    def _add(self, piece: Any) -> None:
        if piece is None:
            return
        if not isinstance(piece, str):
            raise TypeError(f"a piece of text is a {type(piece).__name__}")
        self.pieces.append(piece)
        self.characters += len(piece)

    def _usage(self, usage: Any) -> None:
        if usage is None:
            return
        counts = usage if isinstance(usage, Mapping) else vars(usage)
        read, written = counts.get("prompt_tokens"), counts.get("completion_tokens")
        if isinstance(read, int) and isinstance(written, int) and read > 0 and written >= 0:
            self.tokens_in, self.tokens_out = read, written
