"""What a language model is given to write from: facts made harmless, and the composer's draft as a base."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from copilot.drafting.masking import Masker
from copilot.drafting.types import Draft, Fact, Origin, Poll, Sentence
from copilot.drafting.untrusted import clean, orders, without_marks

_LONGEST = {Origin.MESSAGE: 400, Origin.FEED: 160}
_LONGEST_OTHER = 600
_NAME = 24
_EXAMPLES = 3
_SOMEBODY = {"zh": "一位群友", "en": "a member"}
_NEWCOMER = {"zh": "新朋友", "en": "our new member"}
_WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


@dataclass(frozen=True, slots=True)
class Material:
    """Facts and base as the model reads them.

    `facts` maps the short ids that it may cite to the facts meant. `withheld` are the ids of facts that it does not
    get to see: they give orders, or there was no room. `masker` masks whatever else is said to the model.
    """

    language: str
    facts: Mapping[str, Fact]
    shown: tuple[Mapping[str, Any], ...]
    base: tuple[Sequence[Mapping[str, Any]], ...]
    poll: Mapping[str, Any] | None
    examples: tuple[Sequence[str], ...]
    withheld: tuple[str, ...]
    masker: Masker = field(repr=False, compare=False)

    @property
    def frames(self) -> tuple[str, ...]:
        """The sentences of the base that rest on no fact: greetings, headings, closings."""
        return tuple(sentence["text"] for line in self.base for sentence in line if not sentence["facts"])

    @property
    def characters(self) -> int:
        """Length of the base."""
        return sum(len(sentence["text"]) for line in self.base for sentence in line)


def spoken(language: str) -> str:
    """The language that the model is spoken to in: Chinese where it shall write Chinese, else English."""
    return "zh" if language.lower().startswith("zh") else "en"


def listed(values: Iterable[Any]) -> str:
    """A JSON list, one item a line, that can close no tag and play no role."""
    items = (without_marks(json.dumps(value, ensure_ascii=False)) for value in values)
    return "[\n" + ",\n".join(items) + "\n]"


def plain_name(nickname: str) -> str:
    """A nickname as it is shown where no community says otherwise: short, on one line, "" where it gives orders."""
    return "" if orders(nickname) else clean(nickname, _NAME)


def gather(
    composed: Draft,
    further: Sequence[Fact],
    examples: Sequence[str],
    zone: tzinfo,
    most_characters: int,
    shown: Callable[[str], str] = plain_name,
) -> Material:
    """Prepare what the model may write from: what the composer's draft cites, then other facts while there is room.

    `most_characters` bounds the facts. `shown` says how a nickname is shown, "" where it is withheld. Personal data and
    links are masked everywhere.
    """
    return _Gathering(spoken(composed.language), zone, shown).gather(composed, further, examples, most_characters)


class _Gathering:
    def __init__(self, language: str, zone: tzinfo, shown: Callable[[str], str]) -> None:
        self._language = language
        self._zone = zone
        self._name = shown
        self._masker = Masker(language)
        self._aliases: dict[str, str] = {}
        self._facts: dict[str, Fact] = {}
        self._renamed: dict[str, str] = {}

    def gather(self, composed: Draft, further: Sequence[Fact], examples: Sequence[str], most: int) -> Material:
        shown: list[Mapping[str, Any]] = []
        withheld: list[str] = []
        used = 0
        cited = {cited for line in composed.lines for sentence in line.sentences for cited in sentence.facts}
        for fact in sorted(_distinct([*composed.facts, *further]), key=lambda fact: fact.id not in cited):
            entry = self._entry(fact)
            size = len(entry["text"]) if entry else 0
            if entry is None or (fact.id not in cited and used + size > most):
                withheld.append(fact.id)
                continue
            used += size
            shown.append(entry)
            self._aliases[fact.id] = entry["id"]
            self._facts[entry["id"]] = fact
        return Material(
            self._language,
            self._facts,
            tuple(shown),
            self._base(composed),
            self._poll(composed.poll),
            tuple(self._lines(example) for example in examples if not orders(example))[:_EXAMPLES],
            tuple(withheld),
            self._masker,
        )

    def _entry(self, fact: Fact) -> dict[str, Any] | None:
        """A fact as the model reads it, None where it gives orders. Who has no name to show is welcome too."""
        text = fact.text
        if fact.origin is Origin.MEMBER:
            text = self._name(fact.text) or _NEWCOMER[self._language]
            if text != fact.text:
                self._renamed[fact.text] = text
        elif not fact.trusted and orders(text):
            return None
        number = sum(known.origin is fact.origin for known in self._facts.values()) + 1
        alias = f"{fact.origin.value}:{number}"
        entry: dict[str, Any] = {"id": alias}
        if fact.by:
            entry["by"] = self._shown(self._name(fact.by) or _SOMEBODY[self._language], _NAME)
        if fact.at is not None:
            entry["at"] = self._moment(fact)
        longest = _LONGEST.get(fact.origin, _LONGEST_OTHER)
        entry["text"] = self._shown(_linked(text, fact.url, alias), longest)
        if fact.url:
            entry["link"] = f"{{{alias}}}"
        return entry

    def _moment(self, fact: Fact) -> str:
        at = fact.at
        assert at is not None  # noqa: S101 - asked by the caller
        local = at.astimezone(self._zone) if at.tzinfo else at
        weekday = _WEEKDAYS[self._language][local.weekday()]
        return f"{local:%Y-%m-%d} {'周' if self._language == 'zh' else ''}{weekday} {local:%H:%M}"

    def _base(self, composed: Draft) -> tuple[Sequence[Mapping[str, Any]], ...]:
        """The composer's lines, without the sentences on facts that were withheld."""
        lines = ([self._sentence(s) for s in line.sentences if self._may_show(s)] for line in composed.lines)
        return tuple(line for line in lines if line)

    def _may_show(self, sentence: Sentence) -> bool:
        if any(fact not in self._aliases for fact in sentence.facts):
            return False
        trusted = all(self._facts[self._aliases[fact]].trusted for fact in sentence.facts)
        return trusted or not orders(self._without_names(sentence.text))

    def _sentence(self, sentence: Sentence) -> Mapping[str, Any]:
        aliases = [self._aliases[fact] for fact in sentence.facts]
        text = self._without_names(sentence.text)
        for alias in aliases:
            text = _linked(text, self._facts[alias].url, alias)
        return {"text": self._shown(text, _LONGEST_OTHER), "facts": aliases}

    def _poll(self, poll: Poll | None) -> Mapping[str, Any] | None:
        if poll is None:
            return None
        options = [self._shown(option, _LONGEST_OTHER) for option in poll.options]
        return {"question": self._shown(poll.question, _LONGEST_OTHER), "options": options}

    def _lines(self, text: str) -> list[str]:
        return [shown for line in text.split("\n") if (shown := self._shown(line, _LONGEST_OTHER))]

    def _without_names(self, text: str) -> str:
        for name, instead in self._renamed.items():
            text = text.replace(name, instead)
        return text

    def _shown(self, text: str, longest: int) -> str:
        return clean(self._masker.mask(text), longest)


def _distinct(facts: Iterable[Fact]) -> list[Fact]:
    return list({fact.id: fact for fact in reversed([*facts])}.values())[::-1]


def _linked(text: str, url: str, alias: str) -> str:
    return text.replace(url, f"{{{alias}}}") if url else text
