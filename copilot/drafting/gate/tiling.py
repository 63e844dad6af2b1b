"""Can words be laid out with stretches of facts? Clause by clause, and no clause pieced together from scraps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from copilot.drafting.gate.claim import content
from copilot.drafting.nicknames import short
from copilot.drafting.types import Fact, Origin

_FEWEST = 2
"""The fewest characters that count as words of a fact; a single one would prove anything."""
_WHOLE = (Origin.COUNT, Origin.DECISION)
"""Facts that are told whole: 12 messages may not lend its 12 to 8 members."""
_PIECES = re.compile(
    r"[，,。；;！!？?、“”「」‘’\"（）()…~～|｜\n]+|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|(?<!\d)[:：.]+|[:：.]+(?!\d)|\band\b"
)
_CONNECTED = frozenset(("到", "from", "to", "on"))


@dataclass(frozen=True, slots=True)
class Words:
    """The letters and digits of a fact. What is `whole` may not be told in part."""

    text: str
    whole: bool = False


def words_of(facts: Sequence[Fact]) -> list[Words]:
    """Return what facts lend to a sentence: their words, their clauses whole, their authors, links and numbers."""
    found = [Words(content(fact.text), whole=fact.origin in _WHOLE) for fact in facts]
    for fact in facts:
        found += [Words(content(text)) for text in (fact.by, fact.url)]
        found += [Words(content(text), whole=True) for text in (short(fact.by), *pieces(fact.text))]
        if fact.origin is Origin.CLAUSE:
            found.append(Words(fact.id.partition(":")[2], whole=True))
    return [words for words in dict.fromkeys(found) if words.text]


def laid_out(text: str, known: Sequence[Words], days: Collection[str]) -> bool:
    """Whether a text, or every clause of it, is words of facts and day words."""
    return _tiled(content(text), known, days) or all(_tiled(content(part), known, days) for part in pieces(text))


def pieces(text: str) -> Iterator[str]:
    """Yield the clauses of a text, and the items of a list."""
    return (part for part in _PIECES.split(text) if content(part))


def _tiled(words: str, known: Sequence[Words], days: Collection[str]) -> bool:
    """Whether words can be laid out so that no two parts of facts meet: what was between them cannot be left out."""
    reached = {(0, False)}
    for at in range(len(words)):
        for in_part in (False, True):
            if (at, in_part) in reached:
                reached.update(_steps(words, at, known, days, parts=not in_part))
    return (len(words), False) in reached or (len(words), True) in reached


def _steps(
    words: str, at: int, known: Sequence[Words], days: Collection[str], *, parts: bool
) -> Iterator[tuple[int, bool]]:
    """Yield where a stretch that begins at a place may end, and whether it is only a part of its fact."""
    for fact in known:
        size = _longest(words, at, fact.text)
        if size == len(fact.text):
            yield at + size, False
        if parts and not fact.whole:
            for end in range(at + _FEWEST, at + size + 1):
                yield end, True
    for day in (*days, *_CONNECTED):
        if day and words.startswith(day, at):
            yield at + len(day), False


def _longest(words: str, at: int, fact: str) -> int:
    """Return how many characters from a place on stand in a fact just so."""
    size = 0
    while at + size < len(words) and words[at : at + size + 1] in fact:
        size += 1
    return size
