"""What the composer writes is nothing but its own phrases filled with facts: here that is proven, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.gate.moments import moments
from copilot.drafting.nicknames import short
from copilot.drafting.stock import Phrase, stock
from copilot.drafting.voice import SIGNS, without_emoji

_LIST = re.compile(r"[、，,；;。.]|\band\b")
_ONE_CLAUSE = 2
"""The fewest characters that count as words of a fact; a single character would prove anything."""
_LEADING = "0123456789.、)） \u3000·•-*"


def is_frame(claim: Claim, scope: Scope) -> bool:
    """Whether a sentence is a phrase of the stock that claims nothing, or nothing but marks."""
    words = content(_bare(claim.text))
    return not words or words in _frames(scope.draft.language)


def check_frame(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A sentence of the composer without facts must be a phrase of the stock."""
    if not is_frame(claim, scope):
        yield claim.objection(ViolationKind.UNSOURCED, "这句话没有依据", "Nothing supports this sentence.")


def filled(claim: Claim, scope: Scope) -> Claim | None:
    """Return the claim with the words of the phrase that it fills blanked; None where it is no phrase of the stock.

    Only what stands in the slots is left to prove.
    """
    lead = len(claim.text) - len(claim.text.lstrip(_LEADING))
    known, days = _known(claim, scope)
    for phrase in _with_slots(scope.draft.language):
        match = _pattern(phrase).fullmatch(claim.text, _after_marks(claim.text, lead))
        if match is not None and all(_grounded(value, known, days) for value in match.groups()):
            kept = [match.span(i) for i in range(1, len(match.groups()) + 1)]
            text = "".join(c if any(a <= i < b for a, b in kept) else " " for i, c in enumerate(claim.open_text))
            return replace(claim, open_text=text)
    return None


def check_words(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A sentence of the composer that fills no phrase must be words of the facts and of who said them."""
    known, days = _known(claim, scope)
    if not _tiled(content(_bare(claim.text)), known, days):
        zh, en = "这句话不是原话，也不是固定措辞", "These are neither words of the facts nor a phrase of the stock."
        yield claim.objection(ViolationKind.UNSUPPORTED, zh, en)


def _known(claim: Claim, scope: Scope) -> tuple[list[str], frozenset[str]]:
    """Return the words of the cited facts, and the day words that a sentence may say instead of theirs."""
    words = [content(text) for fact in claim.facts for text in (fact.text, fact.by, short(fact.by), fact.url) if text]
    days = {content(claim.text[slice(*moment.span)]) for moment in moments(claim.text, scope.on) if moment.days}
    return words, _DAY_WORDS | days


def _grounded(value: str, known: list[str], days: frozenset[str]) -> bool:
    return all(_tiled(content(part), known, days) for part in _LIST.split(value) if content(part))


def _after_marks(text: str, lead: int) -> int:
    """Return where the words of a sentence begin, behind its number and its emoji."""
    rest = _bare(text)
    at = text.find(rest[:1]) if rest else len(text)
    return max(at, lead if at < 0 else at)


@cache
def _with_slots(language: str) -> tuple[Phrase, ...]:
    return tuple(phrase for phrase in stock(language).all() if phrase.slots)


_DAY_WORDS = frozenset(
    "昨天 今天 明天 昨日 今日 明日 前天 后天 昨晚 今晚 明晚 昨天早上 今早 明早 昨夜 今夜 今晨 早上 晚上 夜里 本周 上周 下周 下下周 yesterday today tomorrow".split()
)


def _bare(text: str) -> str:
    """Return a sentence without emoji, and without the mark that numbers its line."""
    plain = re.sub(r"^[\s·•\-*]*(?:\d{1,2}\ufe0f?\u20e3|\d{1,2}[.、)）](?!\d)|[\u2460-\u2473])\s*", "", text)
    return without_emoji(plain).strip()


@cache
def _frames(language: str) -> frozenset[str]:
    return frozenset(content(_bare(text)) for text in (*stock(language).frames(), *SIGNS.values()))


@cache
def _pattern(phrase: Phrase) -> re.Pattern[str]:
    joined = re.sub(r"(?:\{\w+\}){2,}", "{all}", phrase.template)
    return re.compile(Phrase(phrase.key, joined).pattern().pattern + r"[。.；;：:]?\s*", re.S)


def _tiled(words: str, known: list[str], days: frozenset[str]) -> bool:
    """Whether words can be laid out with stretches of facts and day words."""
    reached = {0}
    for at in range(len(words)):
        if at not in reached:
            continue
        for fact in known:
            size = _longest(words, at, fact)
            whole = size == len(fact) or at + size == len(words)
            reached.update(range(at + (_ONE_CLAUSE if not whole or size > 1 else 1), at + size + 1))
        reached.update(at + len(day) for day in days if day and words.startswith(day, at))
    return len(words) in reached


def _longest(words: str, at: int, fact: str) -> int:
    """Return how many characters from a place on stand in a fact just so."""
    size = 0
    while at + size < len(words) and words[at : at + size + 1] in fact:
        size += 1
    return size
