"""A text cut into parts for people to read: evidence marked, personal data hidden until somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from copilot.signals.privacy import personal
from copilot.text import text_views
from copilot.types import Case, Span


@dataclass(frozen=True, slots=True)
class Private:
    """Where a text shows personal data, and of which kind: `id_card`, `bank_card`, `mobile`, `address`."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some characters of a text in a row that are shown alike.

    `kind` is that of personal data, "" for all other text. Where it is hidden, `text` is empty: what a page
    does not show must not be in it either.
    """

    text: str
    span: Span
    evidence: bool
    kind: str = ""


def parts(
    text: str, evidence: Iterable[Span] = (), private: Sequence[Private] = (), *, shown: bool = False
) -> tuple[Part, ...]:
    """Cut a text; spans may overlap, touch or reach beyond it. `shown` leaves personal data readable, still marked.

    Personal data that is evidence too is one part of both kinds: a marked place that says what is hidden there.
    """
    marked = [any(start <= at < end for start, end in spans) for spans in [tuple(evidence)] for at in range(len(text))]
    kinds = [""] * len(text)
    for each in reversed(private):  # of overlapping ones the first counts
        for at in range(max(0, each.span[0]), min(len(text), each.span[1])):
            kinds[at] = each.kind
    cuts = [at for at in range(1, len(text)) if (kinds[at], marked[at]) != (kinds[at - 1], marked[at - 1])]
    edges = [0, *(at for at in cuts if not (kinds[at] and kinds[at] == kinds[at - 1])), len(text)]
    return tuple(
        Part(
            text="" if kinds[start] and not shown else text[start:end],
            span=(start, end),
            evidence=any(marked[start:end]),
            kind=kinds[start],
        )
        for start, end in pairwise(edges)
        if end > start
    )


def private_in(case: Case) -> tuple[Private, ...]:
    """Personal data in what a member typed: what the privacy signal found, and all numbers and addresses beside it.

    The signal speaks where somebody else's data is exposed; to onlookers a member's own number is private too.
    """
    told = [
        Private(span, signal.kind)
        for signal in case.assessment.signals
        if signal.source == "privacy"
        for span in signal.spans
    ]
    return (*told, *private_in_text(case.message.text))


def private_in_text(text: str) -> tuple[Private, ...]:
    """Numbers and addresses in any text."""
    return tuple(Private(span, kind) for kind, span in personal(text_views(text)))


def typed(case: Case, *, shown: bool = False, evidence: Sequence[Span] | None = None) -> tuple[Part, ...]:
    """What a member typed, as a page shows it: personal data hidden, `evidence` marked.

    Without evidence of the page's own that of the signals is marked which speak for what the message was flagged for.
    """
    if evidence is None:
        told = [signal for signal in case.assessment.signals if signal.label in case.assessment.labels]
        evidence = [span for signal in told for span in signal.spans]
    return parts(case.message.text, evidence, private_in(case), shown=shown)


def quoted(case: Case, *, shown: bool = False) -> tuple[Part, ...]:
    """What a member quoted, personal data hidden."""
    return parts(case.message.quoted, (), private_in_text(case.message.quoted), shown=shown)


def masked_name(name: str) -> str:
    """A name of which only the first character is left, whatever its length."""
    return f"{name[:1]}＊＊" if name else ""
