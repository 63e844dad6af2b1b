"""What the composer writes is nothing but its own phrases filled with facts: here that is proven, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.moments import moments
from copilot.drafting.gate.tiling import Words, laid_out, words_of
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.stock import Phrase, stock
from copilot.drafting.topics.wording import LEADS, OPENINGS
from copilot.drafting.types import Origin
from copilot.drafting.voice import SIGNS, without_emoji

_TRUTHS = ("false", "unconfirmed", "partly", "true")
_NEEDS = {"notice.deleted": "decision:remove:", "apology.sorry": "decision:undone", "apology.undone": "decision:undone"}
_ASSERTS = frozenset((*_NEEDS, "report.acted", "report.acted_unnumbered", "report.kept"))
_NAMES = ("{name}", "{names}")
"""Slots that hold no day: 群主阿柯今日 is nobody's name."""
_RUN = r"\{\w+\}(?: ?\{\w+\})*"
_BEGINNING = re.compile(
    r"\s*(?:[·•\-*]\s*)?(?:(?:\d{1,2}\ufe0f?\u20e3|\d{1,2}[.、)）](?!\d)|[\u2460-\u2473])\s*)?"
    rf"(?:(?:{'|'.join(map(re.escape, SIGNS.values()))}) )?"
)


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

    Only what stands in the slots is left to prove; a day there must be the day of a fact.
    """
    for match, dated in _matches(claim, scope):
        days = [_day_said(match[group], claim) for group in dated]
        if None in days:
            continue
        text = "".join(c if _in_slot(match, i) else " " for i, c in enumerate(claim.open_text))
        for group, day in zip(dated, days, strict=True):
            start, end = (match.start(group) + place for place in day or (0, 0))
            text = text[:start] + " " * (end - start) + text[end:]
        return replace(claim, open_text=text, proven=True)
    return None


def check_day(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A phrase may not say of a fact that it was on another day."""
    if filled(claim, scope) is None and next(_matches(claim, scope), None) is not None:
        yield claim.objection(ViolationKind.TIME, "日子不对", "This was on another day.")


def _matches(claim: Claim, scope: Scope) -> Iterator[tuple[re.Match[str], tuple[int, ...]]]:
    """Yield how phrases of the stock can be filled with facts to this sentence, and the groups that hold a day."""
    start = _after_marks(claim.text)
    known, days = _known(claim, scope)
    for phrase in _with_slots(scope.draft.language):
        pattern, dated = _pattern(phrase)
        match = pattern.fullmatch(claim.text, start)
        if (
            match
            and _holds(phrase, claim)
            and all(
                laid_out(value, () if run == "{when}" else known, () if run in _NAMES else days)
                for run, value in zip(_runs(phrase), match.groups(), strict=True)
            )
        ):
            yield match, dated


def _holds(phrase: Phrase, claim: Claim) -> bool:
    """Whether a phrase that says how something was decided goes with the decision that is cited."""
    kind, _, said = phrase.key.partition(".")
    decided = {fact.id for fact in claim.facts if fact.origin is Origin.DECISION}
    if kind == "clarify" and said.removesuffix("_undated") in _TRUTHS:
        return f"decision:finding:{said.removesuffix('_undated')}" in decided
    if kind == "report" and said != "thanks":
        return any(fact.startswith("decision:allow:") == (said == "kept") for fact in decided)
    return any(fact.startswith(_NEEDS[phrase.key]) for fact in decided) if phrase.key in _NEEDS else True


def _in_slot(match: re.Match[str], at: int) -> bool:
    return any(match.start(i) <= at < match.end(i) for i in range(1, len(match.groups()) + 1))


def _day_said(value: str, claim: Claim) -> tuple[int, int] | None:
    """Return the range of a {when} slot's day word; None where it is the day of no fact.

    The day of a phrase is when something was said or done, never a day that somebody spoke of.
    """
    found = next((moment for moment in moments(value, claim.on) if moment.key[:1] == ("relative",)), None)
    dated = [fact.at.date() for fact in claim.facts if fact.at is not None]
    if found is None or not dated:
        return 0, 0
    return found.span if any(day in found.days for day in dated) else None


def is_proven(claim: Claim, scope: Scope) -> bool:
    """Whether a sentence is nothing but phrases of the stock and words of its facts."""
    if is_frame(claim, scope) or (claim.facts and filled(claim, scope) is not None):
        return True
    known, days = _known(claim, scope)
    return bool(claim.facts) and laid_out(_bare(claim.text), known, days)


def check_words(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A sentence of the composer that fills no phrase must be words of the facts and of who said them."""
    known, days = _known(claim, scope)
    if not laid_out(_bare(claim.text), known, days):
        zh, en = "这句话不是原话，也不是固定措辞", "These are neither words of the facts nor a phrase of the stock."
        yield claim.objection(ViolationKind.UNSUPPORTED, zh, en)


def _known(claim: Claim, scope: Scope) -> tuple[list[Words], frozenset[str]]:
    """Return the words of the cited facts, and the day words that a sentence may say instead of theirs."""
    days = {content(claim.text[slice(*moment.span)]) for moment in moments(claim.text, scope.on) if moment.days}
    return words_of(claim.facts), _DAY_WORDS | days


def _after_marks(text: str) -> int:
    """Return where the words of a sentence begin, behind its number and the sign of its part."""
    match = _BEGINNING.match(text)
    return match.end() if match else 0


@cache
def _with_slots(language: str) -> tuple[Phrase, ...]:
    return tuple(phrase for phrase in stock(language).all() if phrase.slots or _asserts(phrase))


_DAY_WORDS = frozenset(
    "昨天 今天 明天 昨日 今日 明日 前天 后天 昨晚 今晚 明晚 昨天早上 今早 明早 昨夜 今夜 今晨 早上 晚上 夜里 "
    "本周 上周 下周 下下周 yesterday today tomorrow".split()
)


def _bare(text: str) -> str:
    """Return a sentence without emoji, and without the mark that numbers its line."""
    return without_emoji(text[_after_marks(text) :]).strip()


@cache
def _frames(language: str) -> frozenset[str]:
    phrases = [phrase.template for phrase in stock(language).all() if not phrase.slots and not _asserts(phrase)]
    of_topics = (*chain.from_iterable(OPENINGS[language].values()), *LEADS[language])
    return frozenset(content(_bare(text)) for text in (*phrases, *of_topics, *SIGNS.values()))


def _asserts(phrase: Phrase) -> bool:
    """Whether a phrase says how something was decided, so that it needs a decision although it has no slot."""
    kind, _, said = phrase.key.partition(".")
    return phrase.key in _ASSERTS or (kind == "clarify" and said.removesuffix("_undated") in _TRUTHS)


def _runs(phrase: Phrase) -> list[str]:
    """Return the slots of a phrase, neighbours together."""
    return re.findall(_RUN, phrase.template)


@cache
def _pattern(phrase: Phrase) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """Return what matches a filled phrase, neighbouring slots as one group, and the groups that hold a day."""
    runs = _runs(phrase)
    joined = re.sub(_RUN, "{all}", phrase.template)
    pattern = Phrase(phrase.key, joined).pattern().pattern + r"[。.；;：:]?\s*"
    return re.compile(pattern, re.S), tuple(i + 1 for i, run in enumerate(runs) if "{when}" in run)
