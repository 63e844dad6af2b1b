"""One sentence before the gate, with what it cites and what is known around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.nicknames import short
from copilot.drafting.types import Draft, Fact, Origin
from copilot.types import Reason

_NOT_CONTENT = re.compile(r"[\W_]+")
_QUOTED = re.compile(r"[“「『]([^“”「」『』]{1,400})[”」』]|\"([^\"\n]{2,400})\"|《([^《》]{1,80})》")
_NEGATIONS = tuple("不没未别无勿")
_MARK = re.compile(r"^[\s·•\-*]*(?:\d{1,2}\ufe0f?\u20e3|\d{1,2}[.、)）](?!\d)|[\u2460-\u2473])\s*")
COMPOSER = "composer/"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a sentence is judged within: the draft, its facts by id, its day, and who is known by which names."""

    draft: Draft
    facts: Mapping[str, Fact]
    on: date | None
    names: tuple[str, ...]
    allowed_domains: frozenset[str]

    @property
    def composed(self) -> bool:
        """Whether the composer wrote the draft, whose every word is its own phrase or a fact's."""
        return self.draft.written_by.startswith(COMPOSER)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence at `start` of a line, and the facts it cites. `open_text` is the sentence with what is proven blanked.

    `on` is the day of the draft. `proven` says that all but its open text is a phrase of the stock.
    """

    text: str
    line: int
    start: int
    facts: tuple[Fact, ...]
    open_text: str
    on: date | None = None
    proven: bool = False

    def nameless(self, names: Sequence[str]) -> str:
        """Return the open text with names blanked: 七月的猫 is no date and 程程不吃香菜 no denial."""
        text = self.open_text
        for name in names:
            text = text.replace(name, " " * len(name))
        return text

    @property
    def said(self) -> str:
        """The words of the cited facts, with their authors."""
        return "\n".join(f"{fact.by} {fact.text}" for fact in self.facts)

    def objection(self, kind: ViolationKind, zh: str, en: str, span: tuple[int, int] | None = None) -> Violation:
        """Return a violation at a range of this sentence, the whole of it unless told."""
        start, end = span or (0, len(self.text))
        return Violation(kind, Reason(zh, en), self.line, (self.start + start, self.start + end))


def scope_of(draft: Draft, allowed_domains: Sequence[str]) -> Scope:
    """Return what a draft's sentences are judged within. Its day is its `day:` fact, else its latest fact's."""
    facts: dict[str, Fact] = {}
    for fact in draft.facts:
        facts.setdefault(fact.id, fact)
    days = [fact.at.date() for fact in draft.facts if fact.id.startswith("day:") and fact.at]
    dated = [fact.at.date() for fact in draft.facts if fact.at is not None]
    on = days[0] if days else max(dated, default=None)
    names = {name for fact in draft.facts for name in names_of(fact) if len(name) >= 2}
    domains = frozenset(domain.lower().removeprefix("www.") for domain in allowed_domains)
    return Scope(draft, facts, on, tuple(sorted(names, key=lambda name: (-len(name), name))), domains)


def names_of(fact: Fact) -> tuple[str, ...]:
    """Return the names of whoever a fact comes from or is about."""
    names = [fact.by] if fact.by and fact.origin is not Origin.DECISION else []
    names += [fact.text] if fact.origin is Origin.MEMBER else []
    return tuple(dict.fromkeys(name for raw in names for name in (raw.strip(), short(raw)) if name))


def claims_of(scope: Scope) -> Iterator[Claim]:
    """Yield every sentence of a draft as a claim; the mark that numbers a line is blanked."""
    for number, line in enumerate(scope.draft.lines):
        start = 0
        for i, sentence in enumerate(line.sentences):
            facts = tuple(scope.facts[fact] for fact in sentence.facts if fact in scope.facts)
            text = sentence.text
            mark = _MARK.match(text) if i == 0 else None
            seen = " " * mark.end() + text[mark.end() :] if mark else text
            yield Claim(text, number, start, facts, _unproven(seen, facts), scope.on)
            start += len(text)


def content(text: str) -> str:
    """Return a text's letters and digits alone, one way of writing each."""
    import unicodedata

    return _NOT_CONTENT.sub("", unicodedata.normalize("NFKC", text)).lower()


def quotations(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield what stands in quotation marks, with its range."""
    for match in _QUOTED.finditer(text):
        group = next(i for i in (1, 2, 3) if match[i] is not None)
        yield match.span(group), match[group]


def verbatim(quoted: str, facts: Sequence[Fact]) -> bool:
    """Whether words occur in a fact just so, but for punctuation and blanks."""
    words = content(quoted)
    return bool(words) and any(stands_in(words, content(fact.text)) for fact in facts)


def stands_in(words: str, said: str) -> bool:
    """Whether words stand in others just so, and not right behind a negation that was left off."""
    at = said.find(words)
    while at >= 0:
        if said[max(0, at - 1) : at] not in _NEGATIONS or not at:
            return True
        at = said.find(words, at + 1)
    return False


def _unproven(text: str, facts: Sequence[Fact]) -> str:
    """Return a text with quotations that are verbatim, and the facts' own links, blanked."""
    for (start, end), words in quotations(text):
        if verbatim(words, facts):
            text = text[:start] + " " * (end - start) + text[end:]
    for fact in facts:
        if fact.url:
            text = text.replace(fact.url, " " * len(fact.url))
    return text
