"""What the composer writes is nothing but its own phrases filled with facts: here that is proven, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.moments import moments
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.nicknames import short
from copilot.drafting.stock import Phrase, stock
from copilot.drafting.topics.wording import LEADS, OPENINGS
from copilot.drafting.types import Origin
from copilot.drafting.voice import SIGNS, without_emoji

_LIST = re.compile(r"[、，,；;。.]|\band\b")
_BEGINNING = re.compile(
    r"\s*(?:[·•\-*]\s*)?(?:(?:\d{1,2}\ufe0f?\u20e3|\d{1,2}[.、)）](?!\d)|[\u2460-\u2473])\s*)?"
    rf"(?:(?:{'|'.join(map(re.escape, SIGNS.values()))}) )?"
)
_ONE_CLAUSE = 2
"""The fewest characters that count as words of a fact; a single character would prove anything."""


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
    start = _after_marks(claim.text)
    known, days = _known(claim, scope)
    for phrase in _with_slots(scope.draft.language):
        pattern, dated = _pattern(phrase)
        match = pattern.fullmatch(claim.text, start)
        if match is None or not all(_grounded(value, known, days) for value in match.groups()):
            continue
        text = "".join(c if _in_slot(match, i) else " " for i, c in enumerate(claim.open_text))
        for group in dated:
            said = _day_said(match[group], claim)
            if said is None:
                return None
            at = match.start(group)
            text = text[:at] + " " * said + text[at + said :]
        return replace(claim, open_text=text)
    return None


def _in_slot(match: re.Match[str], at: int) -> bool:
    return any(match.start(i) <= at < match.end(i) for i in range(1, len(match.groups()) + 1))


def _day_said(value: str, claim: Claim) -> int | None:
    """Return how many characters a {when} slot's day word takes; None where it is the day of no fact.

    The day of a phrase is when something was said or done, never a day that somebody spoke of.
    """
    found = next((moment for moment in moments(value, claim.on) if moment.key[:1] == ("relative",)), None)
    dated = [fact.at.date() for fact in claim.facts if fact.at is not None]
    if found is None or not dated:
        return 0
    return found.span[1] if any(day in found.days for day in dated) else None


def check_words(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A sentence of the composer that fills no phrase must be words of the facts and of who said them."""
    known, days = _known(claim, scope)
    if not _tiled(content(_bare(claim.text)), known, days):
        zh, en = "这句话不是原话，也不是固定措辞", "These are neither words of the facts nor a phrase of the stock."
        yield claim.objection(ViolationKind.UNSUPPORTED, zh, en)


def _known(claim: Claim, scope: Scope) -> tuple[list[str], frozenset[str]]:
    """Return the words of the cited facts, and the day words that a sentence may say instead of theirs."""
    words = [content(text) for fact in claim.facts for text in (fact.text, fact.by, short(fact.by), fact.url) if text]
    words += [fact.id.partition(":")[2] for fact in claim.facts if fact.origin is Origin.CLAUSE]
    days = {content(claim.text[slice(*moment.span)]) for moment in moments(claim.text, scope.on) if moment.days}
    return words, _DAY_WORDS | days


def _grounded(value: str, known: list[str], days: frozenset[str]) -> bool:
    if _tiled(content(value), known, days):
        return True
    return all(_tiled(content(part), known, days) for part in _LIST.split(value) if content(part))


def _after_marks(text: str) -> int:
    """Return where the words of a sentence begin, behind its number and the sign of its part."""
    match = _BEGINNING.match(text)
    return match.end() if match else 0


@cache
def _with_slots(language: str) -> tuple[Phrase, ...]:
    return tuple(phrase for phrase in stock(language).all() if phrase.slots)


_DAY_WORDS = frozenset(
    "昨天 今天 明天 昨日 今日 明日 前天 后天 昨晚 今晚 明晚 昨天早上 今早 明早 昨夜 今夜 今晨 早上 晚上 夜里 "
    "本周 上周 下周 下下周 yesterday today tomorrow".split()
)


def _bare(text: str) -> str:
    """Return a sentence without emoji, and without the mark that numbers its line."""
    return without_emoji(text[_after_marks(text) :]).strip()


@cache
def _frames(language: str) -> frozenset[str]:
    of_topics = (*chain.from_iterable(OPENINGS[language].values()), *LEADS[language])
    return frozenset(content(_bare(text)) for text in (*stock(language).frames(), *of_topics, *SIGNS.values()))


@cache
def _pattern(phrase: Phrase) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """Return what matches a filled phrase, neighbouring slots as one group, and the groups that begin with a day."""
    runs = re.findall(r"(?:\{\w+\})+", phrase.template)
    joined = re.sub(r"(?:\{\w+\})+", "{all}", phrase.template)
    pattern = Phrase(phrase.key, joined).pattern().pattern + r"[。.；;：:]?\s*"
    return re.compile(pattern, re.S), tuple(i + 1 for i, run in enumerate(runs) if run.startswith("{when}"))


def _tiled(words: str, known: list[str], days: frozenset[str]) -> bool:
    """Whether words can be laid out with stretches of facts and day words."""
    reached = {0}
    for at in range(len(words)):
        if at not in reached:
            continue
        for fact in known:
            size = _longest(words, at, fact)
            reached.update(range(at + min(_ONE_CLAUSE, len(fact)), at + size + 1))
        reached.update(at + len(day) for day in days if day and words.startswith(day, at))
    return len(words) in reached


def _longest(words: str, at: int, fact: str) -> int:
    """Return how many characters from a place on stand in a fact just so."""
    size = 0
    while at + size < len(words) and words[at : at + size + 1] in fact:
        size += 1
    return size
