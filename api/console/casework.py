"""What the pages about cases show: marked text, the story of a case in order, and two verdicts side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from api.console.words import say, words
from copilot.policy.measures import OrderState
from copilot.service.dossiers import Dossier
from copilot.service.letters import duration
from copilot.service.measures import BEFORE_OUTCOMES, NO_ANSWER
from copilot.service.ordering import MACHINE, MERGED
from copilot.types import LABELS, Assessment, Label

_DETAILS = {MERGED: "order.detail.merged", NO_ANSWER: "order.detail.no_answer", BEFORE_OUTCOMES: "order.detail.before"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case. `kind` chooses how it is told, `item` is what it is about."""

    at: datetime
    kind: str
    item: Any


@dataclass(frozen=True, slots=True)
class Score:
    """One label's probability as recorded and as it is now, with where its bands begin."""

    label: Label
    recorded: float
    now: float | None
    review: float
    remove: float


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of two verdicts side by side; `name` is a key of the words, the sides are words already."""

    name: str
    recorded: str
    now: str

    @property
    def differs(self) -> bool:
        """Whether the sides disagree."""
        return self.recorded != self.now


def timeline(dossier: Dossier) -> list[Event]:
    """Everything that happened to a case, oldest first."""
    case = dossier.case
    events = [
        Event(case.received_at, "arrived", case.message),
        Event(case.received_at, "verdict", case.assessment),
        *_decisions(dossier),
        *_orders(dossier),
        *_reports(dossier),
        *_appeals(dossier),
        *(Event(note.at, "noted", note) for note in dossier.notes),
        *(Event(entry.at, "entry", entry) for entry in dossier.entries[::-1]),
    ]
    return sorted(events, key=lambda event: event.at)  # stable: what happened at once keeps this order


def _decisions(dossier: Dossier) -> Iterator[Event]:
    for given in dossier.resolutions:
        yield Event(given.decided_at, "resolved", given)
        if given.undone_at is not None:
            yield Event(given.undone_at, "undone", given)


def _orders(dossier: Dossier) -> Iterator[Event]:
    for at, together in groupby(dossier.orders, key=lambda order: order.created_at):
        yield Event(at, "ordered", list(together))
    for order in dossier.orders:
        if order.settled_at is not None and order.settled_at > order.created_at:
            yield Event(order.settled_at, "settled", order)


def _reports(dossier: Dossier) -> Iterator[Event]:
    for report in dossier.reports:
        yield Event(report.filed_at, "reported", report)
        if report.answered_at is not None:
            yield Event(report.answered_at, "report_answered", report)


def _appeals(dossier: Dossier) -> Iterator[Event]:
    for appeal in dossier.appeals:
        yield Event(appeal.filed_at, "appealed", appeal)
        if appeal.looked_at is not None and appeal.looked_at != appeal.answered_at:
            yield Event(appeal.looked_at, "appeal_looked", appeal)
        if appeal.answered_at is not None:
            yield Event(appeal.answered_at, "appeal_answered", appeal)


def scores(dossier: Dossier, now: Assessment | None) -> list[Score]:
    """The labels' scores, the highest first."""
    recorded = dossier.case.assessment.scores
    found = [
        Score(
            label,
            recorded.get(label, 0.0),
            now.scores.get(label, 0.0) if now is not None else None,
            dossier.bands[label].review,
            min(dossier.bands[label].remove, 1.0),
        )
        for label in LABELS
    ]
    return sorted(found, key=lambda score: -max(score.recorded, score.now or 0.0))


def compare(recorded: Assessment, now: Assessment, language: str) -> list[Difference]:
    """Two verdicts about one message, line by line."""
    sides = [_told(assessment, language) for assessment in (recorded, now)]
    return [Difference(name, sides[0][name], sides[1][name]) for name in sides[0]]


def who(actor: str, language: str) -> str:
    """Somebody's name for people to read."""
    if actor.startswith("key:"):
        return say(language, "actor.key", name=actor.removeprefix("key:"))
    return say(language, f"actor.{actor}") if actor in (MACHINE, "member") else actor


def detail(said: str, language: str) -> str:
    """What a bot, or this system, said of an order."""
    return say(language, _DETAILS[said]) if said in _DETAILS else said


def told(action: str, language: str) -> str:
    """What a deed of the audit log was, in words where there are some."""
    key = f"event.deed.{action}"
    return say(language, key) if key in words() else action


def waited(since: datetime, language: str) -> str:
    """How long something has waited since then, in its largest unit."""
    minutes = int((datetime.now(UTC) - since) / timedelta(minutes=1))
    if minutes < 1:
        return say(language, "waited.now")
    unit = 1440 if minutes >= 2 * 1440 else 60 if minutes >= 120 else 1
    return say(language, "waited.for", time=duration(minutes // unit * unit, language))


def tone(state: OrderState | str) -> str:
    """The colour of a badge for an order's state."""
    return {"done": "good", "failed": "bad", "unknown": "warn"}.get(str(state), "")


def _told(assessment: Assessment, language: str) -> dict[str, str]:
    separator = "、" if language == "zh" else ", "
    labels = separator.join(say(language, f"label.{label}") for label in assessment.labels)
    clauses = separator.join(str(cited.clause.number) for cited in assessment.clauses)
    versions = assessment.versions
    return {
        "case.row.decision": say(language, f"decision.{assessment.decision}"),
        "case.row.labels": labels or say(language, "common.none"),
        "case.row.clauses": clauses or say(language, "common.none"),
        "case.row.precedents": str(len(assessment.precedents)),
        "case.row.model": versions.model,
        "case.row.policy": versions.policy,
        "case.row.rules": versions.rules or say(language, "common.none"),
    }
