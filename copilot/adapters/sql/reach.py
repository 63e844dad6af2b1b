"""What one step of an erasure covers, and how its words are recognised elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ahocorasick_rs import AhoCorasick

from copilot.ports.erasure import Veil

_SAME, _PART = 4, 8
"""Characters from which a text counts as recognised where it stands alone, and inside another one.

`好的` is everybody's; to blank every quote of it would take away what others said.
"""
_HIDDEN = "＊"


@dataclass(frozen=True)
class Reach:
    """Some cases of a community with what was written in them, and names whose other traces go too.

    `names` are none where texts are erased by age. `first_at` is when the first of the cases was received: nothing
    before it quotes them. `rewritten` collects cases whose text a holder has changed.
    """

    community: str
    case_ids: Sequence[int]
    message_ids: frozenset[str]
    first_at: datetime | None
    texts: tuple[str, ...]
    names: tuple[str, ...]
    veil: Veil
    rewritten: list[int] = field(default_factory=list)

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(text for text in map(_plain, self.texts) if len(text) >= _SAME)

    @cached_property
    def _long(self) -> list[str]:
        return sorted({text for text in map(_plain, self.texts) if len(text) >= _PART})

    @cached_property
    def _finder(self) -> AhoCorasick:
        return AhoCorasick(self._long)

    @cached_property
    def _joined(self) -> str:
        return "\x00".join(self._long)

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        """Names as words: two characters at least, and no part of a longer Latin word."""
        names = [re.escape(name) for name in self.names if len(name) > 1]
        return re.compile(rf"(?<![A-Za-z0-9_])(?:{'|'.join(names)})(?![A-Za-z0-9_])") if names else None

    @cached_property
    def _addressed(self) -> re.Pattern[str] | None:
        names = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        return re.compile(rf"(?<=@)(?:{names})(?![A-Za-z0-9_])") if names else None

    @cached_property
    def _introduced(self) -> re.Pattern[str] | None:
        """A quote that begins with their name, as clients write it, or addresses them."""
        names = "|".join(re.escape(name) for name in self.names)
        return re.compile(rf"(?:^|\n)\s*(?:{names})\s*(?:[:：,，\n]|$)|@(?:{names})(?![A-Za-z0-9_])") if names else None

    def quoted_in(self, quote: str) -> bool:
        """Whether a quote is of one of the texts, whole or in part, or shows one of the names."""
        return self._holds(quote) or bool(self._introduced and self._introduced.search(quote))

    def occurs_in(self, value: Any) -> bool:
        """Whether a text, or any text inside plain values, holds one of the texts or names."""
        return any(self._holds(text) or bool(self._named and self._named.search(text)) for text in _strings(value))

    def without_address(self, text: str) -> str:
        """The text with the names behind an `@` hidden, as long as before."""
        return self._addressed.sub(lambda found: _HIDDEN * len(found[0]), text) if self._addressed else text

    def _holds(self, other: str) -> bool:
        plain = _plain(other)
        if plain in self._whole:
            return True
        return len(plain) >= _PART and (plain in self._joined or bool(self._finder.find_matches_as_indexes(plain)))


def _plain(text: str) -> str:
    """The text without white space, which clients change when they quote; nothing in it that UTF-8 has no form for."""
    return "".join(text.split()).encode("utf-8", "replace").decode()


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield str(name)
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
