"""Rules as their admins wrote them, read into numbered clauses."""

from __future__ import annotations

import re

from copilot.rules.injection import injects
from copilot.rules.keywords import keywords_of
from copilot.rules.matching import named_topics
from copilot.rules.piece import Piece, normal
from copilot.rules.roles import roles_of
from copilot.rules.segment import segment
from copilot.rules.verdict import Verdict, measure_of, sets_default, verdict_of
from copilot.rules.windows import names_unread_time, outside, windows_of
from copilot.types import LABELS, Clause, ClauseKind, Label, Measure, RuleSet, Window

UNSURE = 0.6
"""Confidence below which an admin is asked to confirm, and a permission has no effect until then."""

_INJECTED = 0.1
_NOT_PLAIN = {ClauseKind.FORBID: 0.7, ClauseKind.ALLOW: 0.55, ClauseKind.INFORM: 0.55}
"""Where words of both sorts meet, or of none: every other such permission, every third such notice is misread."""
_CLOSING = 2
_CLOSES = re.compile(r"违|以上|其[他它余]|处[理罚]|初犯|再犯|先|otherwise|first")
_LONGEST_CLAUSE = 2000
_LIFTABLE = frozenset({Label.ADS, Label.OFF_TOPIC, Label.FLOOD})
"""What a permission is read to lift. To lift a harm, an admin has to say so outright."""
_EXCEPTED = re.compile(r"[^,。;]*除外|除(?!外)[^,。;]{1,16}外|\bexcept\b.*")
_SELLING = re.compile(r"卖|出售|拉客|收费|付费|办卡|广告|推销|推广|优惠|上门|下单|\bsell|\bbuy")


def read_rules(text: str, version: int = 1) -> RuleSet:
    """Return the clauses of a text of rules, numbered from 1 in the order of the text.

    Any layout is read: numbered in any style, bulleted, headed, tabular, as questions and answers, or as running text.
    A sentence that bans one thing and permits another becomes two clauses. `confidence` says how sure a reading is;
    below `UNSURE` it should be shown to an admin. Orders to the machine become `inform` clauses without
    effect. Never raises, whatever the text; the time taken grows linearly with its length.
    """
    pieces = segment(text)
    default = _default_measure(pieces)
    return RuleSet(version, text, tuple(_clause(number, piece, default) for number, piece in enumerate(pieces, 1)))


def _default_measure(pieces: list[Piece]) -> Measure:
    """Return the measure of clauses that name none, as the set itself says it; else `none`."""
    forms = [normal(piece.text) for piece in pieces]
    said = next((form for form in reversed(forms) if sets_default(form)), None)
    if said is None:  # a closing line that names a measure and no matter is about all the others
        said = next(
            (
                f
                for f in reversed(forms[-_CLOSING:])
                if measure_of(f) is not Measure.NONE and _CLOSES.search(f) and not named_topics(f)
            ),
            "",
        )
    return measure_of(said)


def _clause(number: int, piece: Piece, default: Measure) -> Clause:
    text = f"{piece.question} {piece.text}".strip() if piece.question else piece.text
    form, said = normal(text)[:_LONGEST_CLAUSE], normal(piece.text)[:_LONGEST_CLAUSE]
    if injects(normal(text)):
        return Clause(number, text, ClauseKind.INFORM, confidence=_INJECTED)
    verdict = _verdict(piece, said)
    measure = measure_of(said) if verdict.kind is ClauseKind.FORBID else Measure.NONE
    if verdict.kind is ClauseKind.FORBID and measure is Measure.NONE:
        measure = default
    labels = _labels(said, verdict.kind) or _labels(form, verdict.kind)
    windows, timely = _windows(form, verdict.kind)
    return Clause(
        number,
        text,
        verdict.kind,
        labels,
        measure,
        keywords_of(form) if verdict.kind is not ClauseKind.INFORM else (),
        windows,
        _roles(form, verdict.kind),
        _confidence(verdict, labels, timely=timely),
    )


def _verdict(piece: Piece, form: str) -> Verdict:
    """Return what a piece does; its section decides where its own words do not."""
    verdict = verdict_of(form)
    if verdict.kind is ClauseKind.INFORM and piece.under and not sets_default(form):
        return Verdict(piece.under, plain=True)
    if piece.under is ClauseKind.ALLOW and verdict.kind is ClauseKind.FORBID and not verdict.plain:
        return Verdict(ClauseKind.ALLOW, plain=False)
    return verdict


def _labels(form: str, kind: ClauseKind) -> tuple[Label, ...]:
    """Return the labels of the topics that a clause names; of a permission, those that it may lift."""
    if kind is ClauseKind.INFORM:
        return ()
    topics = named_topics(form)
    outright = [topic for topic in topics if not (topic.faint or topic.lifted)]
    named = {label for topic in topics if not topic.faint or not outright for label in topic.labels}
    if kind is ClauseKind.ALLOW:
        named = {label for topic in topics for label in topic.labels if label is Label.ADS or topic in outright}
        named = (named & _LIFTABLE) | {Label.ADS for topic in topics if topic.lifted}
    if not named and _SELLING.search(form):
        named = {Label.ADS}
    return tuple(label for label in LABELS if label in named)


def _windows(form: str, kind: ClauseKind) -> tuple[tuple[Window, ...], bool]:
    """Return when a clause applies, and whether every time that it names was understood.

    A ban with an exception (周末除外) applies at all other times.
    """
    if kind is ClauseKind.INFORM:
        return (), True
    windows, timely = windows_of(form), not names_unread_time(form)
    excepted = _EXCEPTED.search(form) if kind is ClauseKind.FORBID else None
    if excepted and windows_of(excepted.group()):
        windows = outside(windows_of(excepted.group()))
        timely = timely and bool(windows)
    return windows, timely


def _roles(form: str, kind: ClauseKind) -> tuple[str, ...]:
    """Return whom a permission is for, or whom a ban excepts."""
    if kind is ClauseKind.ALLOW:
        return roles_of(form)
    excepted = _EXCEPTED.search(form) if kind is ClauseKind.FORBID else None
    return roles_of(excepted.group()) if excepted else ()


def _confidence(verdict: Verdict, labels: tuple[Label, ...], *, timely: bool) -> float:
    """How sure a reading is: less where words of both sorts meet, no label is found, or a time is not understood."""
    sure = 0.95 if verdict.plain else _NOT_PLAIN[verdict.kind]
    if verdict.kind is ClauseKind.FORBID and not labels:
        sure -= 0.2
    return round(sure if timely else sure - 0.4, 2)
