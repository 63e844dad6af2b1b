"""What members are told about decisions: the notice, the answers to a report and to an appeal, and the apology.

A notice cites clause and measure, says how to appeal, and never repeats what was written. Several cases of one member
are one notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from copilot.drafting.clusters import cut
from copilot.drafting.days import local, short_day
from copilot.drafting.facts import (
    clause_fact,
    count_fact,
    label_fact,
    measure_fact,
    measure_text,
    member_fact,
    operator_fact,
)
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Occasion, Sheet
from copilot.drafting.telling import joined
from copilot.drafting.types import Draft, Fact, Kind, Origin
from copilot.errors import InvalidInput
from copilot.types import Case, Clause, ClauseKind, Decision, Measure, Resolution

_SEVERITY = {measure: rank for rank, measure in enumerate(Measure)}
_DECIDED = {
    Decision.ALLOW: ("没有违反群规，不处理", "does not break a rule, nothing was done"),
    Decision.REVIEW: ("不符合群规", "went against a rule"),
    Decision.REMOVE: ("不符合群规，内容已经删除", "went against a rule, deleted"),
}
_CLAUSE_LENGTH = 60
_MOST_CLAUSES = 3


@dataclass(frozen=True, slots=True)
class Ruling:
    """A case, what a person decided about it, and how many minutes a mute lasts."""

    case: Case
    resolution: Resolution
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Recourse:
    """How to appeal: a link, or people to ask. Without either, by answering the notice."""

    url: str = ""
    people: tuple[str, ...] = ()


def notice(occasion: Occasion, rulings: Sequence[Ruling], recourse: Recourse, *, withheld: bool = False) -> Draft:
    """Tell a member what was decided about their messages; the strictest measure is the one that counts.

    Raises `InvalidInput` where there is nothing to tell, for messages of several members, for what was allowed or
    undone, and for a mute without minutes.
    """
    _one_burst(rulings)
    sheet = Sheet(occasion, Kind.NOTICE)
    heaviest = max(rulings, key=lambda r: (_SEVERITY[r.resolution.measure], r.minutes))
    _salutation(sheet, rulings[0].case.message.author or "", withheld)
    _grounds(sheet, rulings)
    if any(ruling.resolution.decision is Decision.REMOVE for ruling in rulings):
        sheet.put(sheet.phrase("notice.deleted", None, _decided(sheet, rulings)), weight=80.0)
    _measure(sheet, heaviest)
    _recourse(sheet, recourse)
    return sheet.draft()


def report_answer(occasion: Occasion, ruling: Ruling) -> Draft:
    """Tell who reported a message what came of it, without saying who got which measure."""
    sheet = Sheet(occasion, Kind.NOTICE)
    facts = _decided(sheet, [ruling])
    clauses = _clauses([ruling])
    if ruling.resolution.decision is Decision.ALLOW:
        said = sheet.phrase("report.kept", None, facts)
    elif clauses:
        cited = (*facts, *sheet.know(clause_fact(clauses[0])))
        said = sheet.phrase("report.acted", {"number": str(clauses[0].number)}, cited)
    else:
        said = sheet.phrase("report.acted_unnumbered", None, facts)
    sheet.put(said, weight=KEPT)
    sheet.put(sheet.phrase("report.thanks"), weight=1.0)
    return sheet.draft()


def appeal_answer(occasion: Occasion, ruling: Ruling, *, reason: str = "", withheld: bool = False) -> Draft:
    """Tell who appealed that the measure stands, on which clause it rests, and the moderator's reason where given.

    An appeal that was granted is answered by `apology`.
    """
    _one_burst([ruling])
    sheet = Sheet(occasion, Kind.NOTICE)
    _salutation(sheet, ruling.case.message.author or "", withheld)
    measure = measure_fact(ruling.resolution.measure, ruling.minutes, occasion.language)
    sheet.put(sheet.phrase("appeal.upheld", {"measure": measure.text}, sheet.know(measure)), weight=KEPT)
    for clause in _clauses([ruling])[:1]:
        values = {"number": str(clause.number), "text": _clause_text(sheet, clause)}
        sheet.put(sheet.phrase("appeal.clause", values, sheet.know(clause_fact(clause))), weight=KEPT)
    if reason.strip():
        fact = operator_fact("reason", " ".join(reason.split()))
        sheet.put(sheet.phrase("appeal.reason", {"reason": fact.text}, sheet.know(fact)), weight=50.0)
    return sheet.draft()


def apology(occasion: Occasion, ruling: Ruling, *, withheld: bool = False) -> Draft:
    """Say sorry for a measure that was undone. Raises `InvalidInput` where it still stands."""
    if ruling.resolution.undone_at is None:
        raise InvalidInput("the decision was not undone", param="resolution")
    sheet = Sheet(occasion, Kind.NOTICE)
    _salutation(sheet, ruling.case.message.author or "", withheld)
    said = "判错了，已经撤销，不算进记录" if occasion.language == "zh" else "mistaken, undone, does not count"
    at = local(ruling.resolution.undone_at, occasion.zone)
    undone = Fact("decision:undone", Origin.DECISION, said, at=at, trusted=True)
    sheet.put(sheet.phrase("apology.sorry", None, sheet.know(undone)), weight=KEPT)
    measure = measure_fact(ruling.resolution.measure, ruling.minutes, occasion.language)
    facts = sheet.know(undone, measure)
    sheet.put(sheet.phrase("apology.undone", {"measure": measure.text}, facts), weight=KEPT)
    return sheet.draft()


def _one_burst(rulings: Sequence[Ruling]) -> None:
    if not rulings:
        raise InvalidInput("no decision to tell of", param="rulings")
    if len({(r.case.message.community, r.case.message.author) for r in rulings}) > 1:
        raise InvalidInput("a notice goes to one member of one community", param="rulings")
    for ruling in rulings:
        if ruling.resolution.decision is Decision.ALLOW or ruling.resolution.undone_at is not None:
            raise InvalidInput("a message that was allowed, or a decision undone, is not told of", param="rulings")
        if (ruling.resolution.measure is Measure.MUTE) != (ruling.minutes > 0):
            raise InvalidInput("a mute, and nothing else, lasts minutes", param="minutes")


def _salutation(sheet: Sheet, author: str, withheld: bool) -> None:
    name = "" if withheld else sheet.occasion.shown(author)
    if name:
        said = sheet.phrase("notice.to", {"name": name}, sheet.know(member_fact(author)))
    else:
        said = sheet.phrase("notice.to_nobody")
    sheet.put(said, weight=KEPT)


def _decided(sheet: Sheet, rulings: Sequence[Ruling]) -> tuple[str, ...]:
    """Lay down what was decided about each message, without its text."""
    return sheet.know(
        *(
            Fact(
                f"decision:{r.resolution.decision}:{r.resolution.case_id}",
                Origin.DECISION,
                _DECIDED[r.resolution.decision][0 if sheet.occasion.language == "zh" else 1],
                by=r.resolution.actor,
                at=local(r.resolution.decided_at, sheet.occasion.zone),
                trusted=True,
            )
            for r in rulings
        )
    )


def _clauses(rulings: Sequence[Ruling]) -> list[Clause]:
    """Return the clauses that the messages fell under, for the labels that a person confirmed, surest first."""
    found: dict[int, tuple[float, Clause]] = {}
    for ruling in rulings:
        confirmed = set(ruling.resolution.labels)
        for cited in ruling.case.assessment.clauses:
            fits = not cited.clause.labels or confirmed.intersection(cited.clause.labels)
            if fits and cited.clause.kind is ClauseKind.FORBID:
                known = found.get(cited.clause.number)
                sure = max(cited.confidence, known[0] if known else 0.0)
                found[cited.clause.number] = (sure, cited.clause)
    return [clause for _, clause in sorted(found.values(), key=lambda f: (-f[0], f[1].number))][:_MOST_CLAUSES]


def _clause_text(sheet: Sheet, clause: Clause) -> str:
    """Return a clause's text for use inside 「」, which may not stand in it."""
    return cut(" ".join(clause.text.split()), sheet.occasion.room(_CLAUSE_LENGTH)).replace("「", "“").replace("」", "”")


def _grounds(sheet: Sheet, rulings: Sequence[Ruling]) -> None:
    """Say what it was about: when, how many, and the clause, or the label where no clause is known."""
    occasion = sheet.occasion
    count = count_fact("offences", len(rulings), occasion.language)
    sent = {occasion.when(r.case.message.sent_at) for r in rulings if r.case.message.sent_at is not None}
    undated = "" if len(sent) == 1 else "_undated"
    values = {"count": count.text, "when": next(iter(sent), "")}
    sent_at = next((r.case.message.sent_at for r in rulings if r.case.message.sent_at is not None), None)
    dated = Fact(
        "message:sent", Origin.DECISION, "", at=local(sent_at, occasion.zone) if sent_at else None, trusted=True
    )
    facts = (*sheet.know(count, dated), *_decided(sheet, rulings))
    clauses = _clauses(rulings)
    if not clauses:
        labels = label_fact(sorted({label for r in rulings for label in r.resolution.labels}), occasion.language)
        values["label"] = labels.text
        sheet.put(sheet.phrase(f"notice.label{undated}", values, (*facts, *sheet.know(labels))), weight=KEPT)
        return
    for i, clause in enumerate(clauses):
        values |= {"number": str(clause.number), "text": _clause_text(sheet, clause)}
        key = f"notice.clause{undated}" if i == 0 else "notice.also"
        said = sheet.phrase(key, values, (*facts, *sheet.know(clause_fact(clause))))
        sheet.put(said, weight=KEPT if i == 0 else 60.0 - i)


def _measure(sheet: Sheet, ruling: Ruling) -> None:
    occasion, measure = sheet.occasion, ruling.resolution.measure
    if measure is Measure.NONE:
        return
    decided = local(ruling.resolution.decided_at, occasion.zone)
    until = decided + timedelta(minutes=ruling.minutes)
    ends = f"{short_day(until.date(), occasion.language)} {until:%H:%M}"
    text = measure_text(measure, ruling.minutes, occasion.language)
    fact = measure_fact(measure, ruling.minutes, occasion.language, decided)
    end = Fact("decision:until", Origin.DECISION, ends, at=until, trusted=True)
    facts = sheet.know(fact, end) if measure is Measure.MUTE else sheet.know(fact)
    sheet.put(sheet.phrase(f"notice.{measure.value}", {"measure": text, "until": ends}, facts), weight=KEPT)


def _recourse(sheet: Sheet, recourse: Recourse) -> None:
    if recourse.url:
        if urlsplit(recourse.url).scheme not in ("http", "https") or not urlsplit(recourse.url).hostname:
            raise InvalidInput("the link for appeals is no web address", param="recourse")
        fact = operator_fact("appeal", recourse.url, recourse.url)
        said = sheet.phrase("notice.appeal", {"url": recourse.url}, sheet.know(fact))
    elif recourse.people:
        fact = operator_fact("appeal", joined(recourse.people, sheet.occasion.language))
        said = sheet.phrase("notice.appeal_to", {"names": fact.text}, sheet.know(fact))
    else:
        said = sheet.phrase("notice.appeal_reply")
    sheet.put(said, weight=KEPT)
