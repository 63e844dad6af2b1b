"""A message judged by what is in force and by what somebody is about to change, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from fastapi import Request
from fastapi.responses import Response

from api.console.guard import Visit
from api.console.page import language_of
from api.console.routes.settings.forms import Problems, Typed, fragment
from api.pieces import pieces_of
from copilot.charter import Charter
from copilot.types import Assessment, CitedClause, Label, Message, Span

LONGEST_SAMPLE = 4000


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text, marked where it is evidence."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One verdict as the page shows it. `scores` are the labels that come closest, each with its review band."""

    name: str
    assessment: Assessment
    parts: tuple[Part, ...]
    reasons: tuple[str, ...]
    scores: tuple[tuple[Label, float], ...]
    clauses: tuple[tuple[CitedClause, str], ...]


def tried(request: Request, visit: Visit, form: Typed, change: Callable[[Charter], Charter]) -> Response:
    """Judge the sample twice and show both verdicts. Nothing is kept."""
    text, language = form.text("sample"), language_of(request)
    problems = Problems(language)
    if not text.strip():
        problems.add("sample", "settings.try.empty")
    if len(text) > LONGEST_SAMPLE:
        problems.add("sample", "settings.try.long", most=LONGEST_SAMPLE)
    if problems:
        return fragment(request, visit, "tried", 400, problems=problems, sides=())
    message = Message("try", text, visit.community.id)
    pair = pieces_of(request).service.compare(message, change)
    names = ("now", "then")
    sides = [_side(name, text, verdict, language) for name, verdict in zip(names, pair, strict=True)]
    return fragment(request, visit, "tried", problems=problems, sides=sides, same=_alike(*pair))


def _alike(now: Assessment, then: Assessment) -> bool:
    return (now.decision, now.labels, now.measure) == (then.decision, then.labels, then.measure)


def _side(name: str, text: str, assessment: Assessment, language: str) -> Side:
    spans = [span for signal in assessment.signals for span in signal.spans]
    narrow = [span for span in spans if span != (0, len(text))]  # to mark everything is to mark nothing
    reasons = [signal.reason.en if language == "en" else signal.reason.zh for signal in assessment.signals]
    clauses = [(c, c.reason.en if language == "en" else c.reason.zh) for c in assessment.clauses]
    ranked = sorted(assessment.scores.items(), key=lambda item: -item[1])[:3]
    return Side(
        name, assessment, parts(text, narrow or spans), tuple(dict.fromkeys(reasons)), tuple(ranked), tuple(clauses)
    )


def parts(text: str, spans: list[Span]) -> tuple[Part, ...]:
    """Cut a text into marked and unmarked pieces; spans may overlap."""
    marked = [False] * len(text)
    for start, end in spans:
        marked[start:end] = [True] * (min(end, len(text)) - min(start, len(text)))
    cuts = [i for i in range(1, len(text)) if marked[i] != marked[i - 1]]
    edges = [0, *cuts, len(text)]
    return tuple(Part(text[a:b], marked[a]) for a, b in pairwise(edges) if b > a)
