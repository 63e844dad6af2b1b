"""Cloaked contacts: are they found at the right place, and are look-alike harmless lines left alone?

    python -m eval.evasion            # the test half of data/evasion; --part dev while developing
    python -m eval.evasion --misses   # also list what went wrong

A cloaked line counts as found where one signal about contacts or links covers the whole account as
typed and reaches at most SLACK characters beyond it and the word that names the app. A harmless line
counts as left alone where the product allows it and no signal calls anything in it bait.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.moderator import Moderator
from copilot.types import Assessment, Decision, Message
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import ROOT

SUITE = ROOT / "data" / "evasion"
SLACK = 12
"""Characters that a span may reach beyond the account: the name of the app and what joins them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the suite; `contact` is "" in harmless ones."""

    id: str
    text: str
    kind: str
    contact: str


def lines(name: str, part: str) -> list[Line]:
    """Return the `dev` or `test` half of one file of the suite."""
    rows = [json.loads(line) for line in (SUITE / f"{name}.jsonl").read_text("utf-8").splitlines()]
    return [Line(r["id"], r["text"], r["kind"], r.get("contact", "")) for r in rows if r["part"] == part]


def found(line: Line, assessment: Assessment) -> bool:
    """Whether a signal covers the account as typed, and little more."""
    start = line.text.index(line.contact)
    end = start + len(line.contact)
    return any(
        s.source in ("contacts", "links")
        and any(a <= start and b >= end and (b - a) - (end - start) <= SLACK for a, b in s.spans)
        for s in assessment.signals
    )


def left_alone(assessment: Assessment) -> bool:
    """Whether a harmless line is allowed and nothing in it is called bait."""
    bait = any(s.source in ("contacts", "links") and s.label is not None for s in assessment.signals)
    return assessment.decision is Decision.ALLOW and not bait


def measure(moderator: Moderator, part: str) -> tuple[list[dict[str, object]], list[str]]:
    """Return a table by kind with totals, and the lines that went wrong."""
    table: list[dict[str, object]] = []
    misses: list[str] = []
    for name, good in (("cloaked", found), ("harmless", None)):
        suite = lines(name, part)
        assessments = moderator.assess([Message(line.id, line.text) for line in suite])
        by_kind: dict[str, list[bool]] = defaultdict(list)
        flagged: dict[str, list[bool]] = defaultdict(list)
        for line, assessment in zip(suite, assessments, strict=True):
            right = good(line, assessment) if good else left_alone(assessment)
            by_kind[line.kind].append(right)
            flagged[line.kind].append(assessment.decision is not Decision.ALLOW)
            if not right:
                seen = [(s.kind, s.score, [line.text[a:b] for a, b in s.spans]) for s in assessment.signals]
                misses.append(f"{line.id} {line.kind} {line.text!r} wanted {line.contact!r} got {seen}")
        rows = [*sorted(by_kind), "all"]
        by_kind["all"] = [x for values in by_kind.values() for x in values]
        flagged["all"] = [x for values in flagged.values() for x in values]
        for kind in rows:
            table.append(
                {
                    "suite": name,
                    "kind": kind,
                    "lines": len(by_kind[kind]),
                    "right": sum(by_kind[kind]) / len(by_kind[kind]),
                    "flagged": sum(flagged[kind]) / len(flagged[kind]),
                }
            )
    return table, misses


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--part", default="test", choices=("dev", "test"))
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args(arguments)
    table, misses = measure(Moderator(load_classifier(options.classifier)), options.part)
    text = show(f"Evasion of contacts, {options.part} half", table)
    publish("evasion", text)
    if options.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
