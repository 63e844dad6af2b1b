"""The weekly report in plain sentences: what happened, whether the machine can be trusted, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from api.console.numbers import Say, count, duration, percent
from copilot.service.trust import CHECKS
from copilot.service.trust_report import WIDEST, LabelFigures, TrustReport

_SLOW = 12 * 3600.0
"""Seconds to a decision in nine of ten cases from which more hands are advised."""
_LOW_PRECISION = 0.7
"""A label whose precision is surely below this is named: three in ten of its flags cost a look for nothing."""
_FEW = 10
"""Decisions below which a share is not put into a sentence."""


@dataclass(frozen=True, slots=True)
class Told:
    """The three parts of a report; `todo` is most urgent first."""

    happened: tuple[str, ...]
    trust: tuple[str, ...]
    todo: tuple[str, ...]


def sentences(report: TrustReport, now: datetime, t: Say) -> Told:
    """Tell a period in sentences."""
    if not report.messages:
        return Told((t("report.quiet"),), (), ())
    todo = tuple(_todo(report, now, t))
    return Told(tuple(_happened(report, t)), tuple(_trust(report, t)), todo or (t("report.do.nothing"),))


def _happened(report: TrustReport, t: Say) -> Iterator[str]:
    share = percent(report.flags / report.messages)
    yield t("report.messages", messages=count(report.messages), flags=count(report.flags), share=share)
    right, wrong = (sum(getattr(week, name) for week in report.weeks) for name in ("right", "false"))
    undecided = sum(week.undecided for week in report.weeks)
    if right + wrong:
        yield t("report.decided", decided=count(right + wrong), right=count(right), wrong=count(wrong))
    if undecided:
        yield t("report.undecided", count=count(undecided))
    top = sorted(report.labels, key=lambda each: -_confirmed(each))[:3]
    named = [t("report.top.one", label=t(f"label.{e.label}"), count=_confirmed(e)) for e in top if _confirmed(e)]
    if named:
        yield t("report.top", labels=t("report.and").join(named))
    if report.automatic.removed:
        yield t("report.removed", count=count(report.automatic.removed))
    if report.median_wait is not None and report.long_wait is not None:
        yield t("report.wait", median=duration(report.median_wait, t), long=duration(report.long_wait, t))


def _trust(report: TrustReport, t: Say) -> Iterator[str]:
    if report.precision is None or report.precision.whole < _FEW:
        yield t("report.precision.few")
    else:
        shown = report.precision.estimate
        value, low, high = (f"{100 * bound:.0f}" for bound in (shown.value, shown.low, shown.high))
        yield t("report.precision", value=value, low=low, high=high)
    if report.false_alarms is not None:
        yield t("report.false", value=f"{1000 * report.false_alarms.estimate.value:.1f}")
    recall = report.recall
    if recall.estimate is None or recall.estimate.width > WIDEST:
        yield t("report.recall.few")
    else:
        low, high = percent(recall.estimate.low), percent(recall.estimate.high)
        yield t("report.recall", checked=count(recall.checked), low=low, high=high)
    if recall.reported:
        yield t("report.reported", count=count(recall.reported))
    if report.automatic.wrong is not None:
        wrong = report.automatic.wrong
        yield t("report.alone", whole=count(wrong.whole), part=count(wrong.part))
    if report.calibration_error is not None and sum(each.count for each in report.bins) >= _FEW:
        yield t("report.gap", value=percent(report.calibration_error))


def _todo(report: TrustReport, now: datetime, t: Say) -> Iterator[str]:
    if report.automatic.trip is not None:
        yield t("report.do.trip")
    if report.automatic.wrong is not None and report.automatic.wrong.part:
        yield t("report.do.wrong", count=count(report.automatic.wrong.part))
    waiting = report.waiting
    if waiting.oldest is not None:
        age = duration((now - waiting.oldest).total_seconds(), t)
        yield t("report.do.waiting", count=count(waiting.messages), time=age)
    for each in report.labels:
        if each.precision and each.precision.whole >= _FEW and each.precision.estimate.high < _LOW_PRECISION:
            value = percent(each.precision.estimate.value)
            yield t("report.do.label", label=t(f"label.{each.label}"), value=value)
    if report.recall.estimate is None or report.recall.estimate.width > WIDEST:
        yield t("report.do.check", count=CHECKS)
    if report.long_wait is not None and report.long_wait > _SLOW:
        yield t("report.do.slow", time=duration(report.long_wait, t))


def _confirmed(each: LabelFigures) -> int:
    return each.precision.part if each.precision is not None else 0
