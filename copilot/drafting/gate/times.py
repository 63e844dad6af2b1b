"""Is every time that a sentence names a time of its facts, and for the same thing?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from copilot.drafting.gate.claim import Claim, Scope
from copilot.drafting.gate.moments import BESIDE, Moment, agreed, moments
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Fact

_CLAUSE = re.compile(r"[^，,。；;！!？?\n（(]*?(?:[，,。；;！!？?\n（(]|(?<=[\u4e00-\u9fff])\s|$)")
_HAPPENING = re.compile(
    r"截止|截稿|截单|举行|举办|集合|出发|开始|开工|开团|开会|发货|到货|布展|报名|结束|撤展|开奖|发布|冻结|禁食|开课|考试|deadline|starts?|ends?|opens?|closes?"
)
_DASHES = ("-", "~", "～", "–", "—", "到", "至")
_JOINS = re.compile(r"\s?(?:[-~～–—到至]|to|until|and|till)\s?")


def check_times(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Every date, time and part of a day must be meant by a cited fact, or be when it was said."""
    told = moments(claim.nameless(scope.names), scope.on)
    if not told:
        return
    known = [moment for fact in claim.facts for moment in moments(fact.text, _day_of(fact) or scope.on)]
    for moment in told:
        written = claim.text[slice(*moment.span)].strip()
        if moment.key[:1] == ("date",) and written in claim.said:
            continue
        alike = [other for other in known if other.part[1]] if moment.part[1] else []
        if not any(_same(moment, other) for other in alike or known) and not (
            _says_when(moment, known) and any(_when_said(moment, fact) for fact in claim.facts)
        ):
            yield claim.objection(
                ViolationKind.TIME,
                f"时间“{written}”与事实不符",
                f"The time {written!r} is not in the facts.",
                moment.span,
            )
    yield from _contradictions(claim, told)
    yield from _mismatched(claim, scope)
    yield from _torn_ranges(claim, told, scope)


def _day_of(fact: Fact) -> date | None:
    return fact.at.date() if fact.at is not None else None


def _same(one: Moment, other: Moment) -> bool:
    if one.days and other.days:
        return bool(one.days & other.days)
    if one.minutes and other.minutes:
        return bool(one.minutes & other.minutes)
    if one.month:
        return one.month == other.month or any(day.month == one.month for day in other.days)
    if one.part[1]:
        hours = {minute // 60 for minute in other.minutes}
        return any(one.part[0] <= hour < one.part[1] for hour in hours) or _overlap(one.part, other.part)
    return bool(one.key) and one.key == other.key


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return bool(other[1]) and max(one[0], other[0]) < min(one[1], other[1])


def _says_when(moment: Moment, known: Sequence[Moment]) -> bool:
    """Whether a time may be when something was said: not where the facts name times of that sort themselves."""
    sorts = {"date": ("date", "day"), "day": ("date", "day"), "weekday": ("weekday",)}
    if moment.part[1]:
        return not any(other.part[1] or other.minutes for other in known)
    alike = sorts.get(str(moment.key[0]) if moment.key else "", ())
    return not any(other.key and other.key[0] in alike for other in known)


def _when_said(moment: Moment, fact: Fact) -> bool:
    """Whether a time is when the fact itself was said."""
    if fact.at is None:
        return False
    if moment.month:
        return fact.at.month == moment.month
    if moment.part[1]:
        return moment.part[0] <= fact.at.hour < moment.part[1]
    return fact.at.date() in moment.days or fact.at.hour * 60 + fact.at.minute in moment.minutes


def _contradictions(claim: Claim, told: Sequence[Moment]) -> Iterator[Violation]:
    """A weekday beside a date must be that date's."""
    for one, other in pairwise(told):
        between = claim.open_text[one.span[1] : other.span[0]]
        weekdays = [moment.key[:1] == ("weekday",) for moment in (one, other)]
        if (
            one.days
            and other.days
            and weekdays.count(True) == 1
            and BESIDE.fullmatch(between)
            and not agreed(one, other)
        ):
            span = (one.span[0], other.span[1])
            yield claim.objection(
                ViolationKind.TIME, "日期和星期对不上", "Date and weekday contradict each other.", span
            )


def _mismatched(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """What happens then must be what the facts put on that day: 截止 and 举行 may not change places."""
    known: dict[str, set[date]] = {}
    for fact in claim.facts:
        for word, days, _ in _happenings(fact.text, _day_of(fact) or scope.on):
            known.setdefault(word, set()).update(days)
    for word, days, span in _happenings(claim.nameless(scope.names), scope.on):
        if known.get(word) and not days & known[word]:
            zh, en = f"“{word.lstrip('_')}”的日期不对", f"The date of {word.lstrip('_')!r} is another."
            yield claim.objection(ViolationKind.TIME, zh, en, span)


def _torn_ranges(claim: Claim, told: Sequence[Moment], scope: Scope) -> Iterator[Violation]:
    """From when to when must stand so in a fact, where facts have such ranges."""
    ranges = [
        pair for fact in claim.facts for pair in _ranges(fact.text, moments(fact.text, _day_of(fact) or scope.on))
    ]
    for one, other in _ranges(claim.open_text, told):
        if ranges and not any(_same(one, a) and _same(other, b) for a, b in ranges):
            span = (one.span[0], other.span[1])
            zh, en = "起止时间与事实不符", "This range of time is not in the facts."
            yield claim.objection(ViolationKind.TIME, zh, en, span)


def _ranges(text: str, found: Sequence[Moment]) -> list[tuple[Moment, Moment]]:
    """Return neighbouring moments that are joined to a range."""
    return [
        (one, other)
        for one, other in pairwise(found)
        if _JOINS.fullmatch(text[one.span[1] : other.span[0]]) or text[slice(*one.span)].rstrip().endswith(_DASHES)
    ]


def _happenings(text: str, anchor: date | None) -> Iterator[tuple[str, frozenset[date], tuple[int, int]]]:
    """Yield what a clause says to happen, where it names one day for it, with the day and the clause's range."""
    for clause in _CLAUSE.finditer(text):
        words = _HAPPENING.findall(clause.group())
        days = [moment.days for moment in moments(clause.group(), anchor) if moment.days]
        if words and days:
            common = frozenset.intersection(*days)
            if common:
                yield words[-1], common, clause.span()
    for moment in moments(text, anchor):
        behind = re.match(r"[\u4e00-\u9fff0-9]{2}", text[moment.span[1] :])
        if behind and moment.days and moment.key:
            yield f"_{behind.group()}", moment.days, moment.span
