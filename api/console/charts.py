"""What the trust page draws, and the same as rows: plain values, no markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.console.deeds import Teller
from api.console.words import say
from copilot.policy.estimates import Estimate, Share
from copilot.service.trust_report import Recall, TrustReport

_PEOPLE = 5
"""People with a colour of their own; the others are drawn together."""


def of(report: TrustReport, time_zone: str, language: str) -> dict[str, Any]:
    """The page's charts by name, with the words that they show."""
    return {
        "weeks": _weeks(report, time_zone, language),
        "bins": _bins(report, language),
        "work": _work(report, time_zone, language),
    }


def _weeks(report: TrustReport, time_zone: str, language: str) -> dict[str, Any]:
    return {
        "kind": "weeks",
        "names": [say(language, f"trust.{key}") for key in ("right", "wrong", "undecided", "precision")],
        "at": [_day(week.since, time_zone) for week in report.weeks],
        "series": [
            [week.right for week in report.weeks],
            [week.false for week in report.weeks],
            [week.undecided for week in report.weeks],
            [week.precision and round(week.precision.estimate.value, 4) for week in report.weeks],
        ],
    }


def _bins(report: TrustReport, language: str) -> dict[str, Any]:
    return {
        "kind": "bins",
        "names": [say(language, key) for key in ("trust.bin.right", "trust.bin.ideal", "trust.bin.score")],
        "points": [[round(each.score, 4), round(each.right / each.count, 4), each.count] for each in report.bins],
    }


def _work(report: TrustReport, time_zone: str, language: str) -> dict[str, Any]:
    first, others = leading(report)
    series = [[day.get(person, 0) for day in report.work] for person in first]
    names = [Teller(language).who(person) for person in first]
    if others:
        series.append([sum(day.get(person, 0) for person in others) for day in report.work])
        names.append(say(language, "trust.others", count=len(others)))
    days = [_day(day, time_zone) for day in report.period.days[:-1]]
    return {"kind": "work", "names": names, "at": days, "series": series}


def leading(report: TrustReport) -> tuple[list[str], list[str]]:
    """Who decided most, most first, and all others."""
    total: Counter[str] = Counter()
    for day in report.work:
        total.update(day)
    ordered = [person for person, _ in total.most_common()]
    few = ordered if len(ordered) <= _PEOPLE + 1 else ordered[:_PEOPLE]
    return few, ordered[len(few) :]


def rows(report: TrustReport, time_zone: str) -> Iterator[tuple[object, ...]]:
    """All figures, one a row: what, of which label or person, from which day on, value, bounds, part, whole."""
    yield "figure", "of", "from", "value", "low", "high", "part", "whole"
    yield "messages", "", "", report.messages, "", "", "", ""
    yield "flags", "", "", report.flags, "", "", "", ""
    yield _share("precision", "", "", report.precision)
    yield _recall("", report.recall)
    yield _share("false_alarms_per_message", "", "", report.false_alarms)
    yield _share("overruled", "", "", report.overruled)
    yield _share("decided_anew", "", "", report.changed)
    yield "calibration_error", "", "", _number(report.calibration_error), "", "", "", ""
    yield "waiting", "", "", report.waiting.messages, "", "", "", ""
    yield "seconds_to_decision_median", "", "", _number(report.median_wait), "", "", "", ""
    yield "seconds_to_decision_p90", "", "", _number(report.long_wait), "", "", "", ""
    yield "removed_by_machine", "", "", report.automatic.removed, "", "", "", ""
    yield _share("removed_wrongly", "", "", report.automatic.wrong)
    if report.appeals is not None:
        yield "appeals_granted", "", "", "", "", "", report.appeals.granted, report.appeals.answered
    yield from _by_label(report, time_zone)
    yield from _by_time(report, time_zone)


def _by_label(report: TrustReport, time_zone: str) -> Iterator[tuple[object, ...]]:
    for each in report.labels:
        yield "flags", each.label.value, "", each.flags, "", "", "", ""
        yield _share("precision", each.label.value, "", each.precision)
        yield _recall(each.label.value, each.recall)
        for since, share in zip(report.period.weeks, each.weeks, strict=False):
            yield _share("precision_week", each.label.value, _day(since, time_zone), share)


def _by_time(report: TrustReport, time_zone: str) -> Iterator[tuple[object, ...]]:
    for week in report.weeks:
        day = _day(week.since, time_zone)
        for name in ("messages", "flags", "right", "false", "undecided"):
            yield f"{name}_week", "", day, getattr(week, name), "", "", "", ""
        yield _share("precision_week", "", day, week.precision)
    for each in report.bins:
        span = f"{each.low:.1f}-{each.high:.1f}"
        yield "calibration_bin", span, "", _number(each.score), "", "", each.right, each.count
    for since, people in zip(report.period.days, report.work, strict=False):
        for person, decisions in sorted(people.items()):
            yield "decisions_day", person, _day(since, time_zone), decisions, "", "", "", ""


def _share(name: str, of_what: str, since: str, share: Share | None) -> tuple[object, ...]:
    if share is None:
        return name, of_what, since, "", "", "", "", ""
    return name, of_what, since, *_bounds(share.estimate), share.part, share.whole


def _recall(of_what: str, recall: Recall) -> tuple[object, ...]:
    known = ("", "", "") if recall.estimate is None else _bounds(recall.estimate)
    return "recall", of_what, "", *known, recall.found, recall.checked


def _bounds(estimate: Estimate) -> tuple[str, str, str]:
    return f"{estimate.value:.4f}", f"{estimate.low:.4f}", f"{estimate.high:.4f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _day(at: datetime, time_zone: str) -> str:
    """The day on which a moment lies; an edge of a day is its midnight."""
    return f"{(at + timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)):%Y-%m-%d}"
