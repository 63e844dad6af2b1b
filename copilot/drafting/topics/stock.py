"""The stock of questions, written for this project, by kind of community."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from copilot.drafting.themes.areas import word_pattern
from copilot.text import text_views

GENERAL, DAYS = "general", "days"
"""Areas that are no kind of community: questions about a noun of the theme, and questions for a day."""
EVENT = "EVENT"
"""Stands among a pattern's days for whatever event is near."""
_CHOICE = re.compile(r"\{([^{}|]+(?:\|[^{}|]+)+)\}")
_SLOT = re.compile(r"\{(activity|thing|topic|event)\}")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A question with two to four ways to answer it. `poll` says that the ways exclude each other.

    `ask` may hold choices (`{鱼竿|浮漂}`), of which one is taken, and one slot: `{activity}`, `{thing}` or `{topic}`
    for a noun of the theme, `{event}` for an event's name. `needs` and `unless` are words one of which the theme has
    to hold, or none of which it may hold. `months` and `days` say when it may be asked; none means always.
    """

    id: str
    area: str
    ask: str
    ways: tuple[str, ...]
    poll: bool = False
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    days: tuple[str, ...] = ()

    @property
    def slot(self) -> str:
        """The name of its slot, "" for none."""
        found = _SLOT.search(self.ask)
        return found[1] if found else ""

    def suits(self, theme: str, month: int) -> bool:
        """Whether a theme and a month allow it."""
        if self.months and month not in self.months:
            return False
        said = text_views(theme).normal.text
        if self.needs and not _any_of(self.needs).search(said):
            return False
        return not (self.unless and _any_of(self.unless).search(said))

    def settled(self, draws: random.Random) -> str:
        """The question with each choice made."""
        return _CHOICE.sub(lambda found: draws.choice(found[1].split("|")), self.ask)


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return word_pattern(words)


def fill(ask: str, noun: str) -> str:
    """Put a noun into the slot of a settled question."""
    return _SLOT.sub(lambda _: noun, ask)


@lru_cache(maxsize=4)
def stock(language: str) -> Mapping[str, tuple[Pattern, ...]]:
    """Return the patterns of a language (`zh` or `en`) by area."""
    found: dict[str, list[Pattern]] = {}
    lines = files("copilot.drafting.topics").joinpath("stock", f"{language}.jsonl").read_text("utf-8").splitlines()
    for line in lines:
        row = json.loads(line)
        lists = {k: tuple(row.get(k, ())) for k in ("ways", "needs", "unless", "months", "days")}
        found.setdefault(row["area"], []).append(
            Pattern(row["id"], row["area"], row["ask"], poll=row.get("poll", False), **lists)
        )
    return {area: tuple(patterns) for area, patterns in found.items()}


def shape_of(ask: str) -> str:
    """What form of question it is: what works in one community's choice questions often works in the next one."""
    return next((name for name, pattern in _SHAPES if pattern.search(ask)), "tell")


_SHAPES = (
    ("first", re.compile(r"第一(?:次|回|件|步|反应|个|眼|句)|first", re.IGNORECASE)),
    ("what_if", re.compile(r"如果|只能|要是|\bif you\b|one (?:lens|number)", re.IGNORECASE)),
    ("choice", re.compile(r"还是|哪(?:一)?种|\bor\b", re.IGNORECASE)),
    ("number", re.compile(r"几|多少|多久|how (?:many|much|long|often|far)", re.IGNORECASE)),
    ("how", re.compile(r"怎么|怎样|how", re.IGNORECASE)),
    ("which", re.compile(r"哪|什么|which|what", re.IGNORECASE)),
)
