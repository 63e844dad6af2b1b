"""Can words be laid out with stretches of facts? Clause by clause, and no clause pieced together from scraps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from copilot.drafting.gate.claim import content, stands_in
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


class _After(Enum):
    """What a stretch of words follows: the start or a whole fact, a part of one, or a day word."""

    WHOLE = 0
    PART = 1
    DAY = 2


def _tiled(words: str, known: Sequence[Words], days: Collection[str]) -> bool:
    """Whether words can be laid out so that no two parts of facts meet: what was between them cannot be left out."""
    reached = {(0, _After.WHOLE)}
    for at in range(len(words)):
        for after in _After:
            if (at, after) in reached:
                reached.update(_steps(words, at, known, days, after))
    return any((len(words), after) in reached for after in _After)


def _steps(
    words: str, at: int, known: Sequence[Words], days: Collection[str], after: _After
) -> Iterator[tuple[int, _After]]:
    """Yield where a stretch that begins at a place may end, and what it is.

    Behind a day word, which was put in another's place, a fact goes on with a single character too.
    """
    fewest = 1 if after is _After.DAY else _FEWEST
    for fact in known:
        size = _longest(words, at, fact.text)
        if size == len(fact.text):
            yield at + size, _After.WHOLE
        if after is not _After.PART and not fact.whole:
            for end in range(at + fewest, at + size + 1):
                yield end, _After.PART
    for day in (*days, *_CONNECTED):
        if day and words.startswith(day, at):
            yield at + len(day), _After.DAY


def _longest(words: str, at: int, fact: str) -> int:
    """Return how many characters from a place on stand in a fact just so."""
    size = 0
    while at + size < len(words) and stands_in(words[at : at + size + 1], fact):
        size += 1
    return size
