"""Are rules read as their admins meant them, and is a message matched with the right clause?

    python -m eval.clauses

Rule sets of the corpus' test part were read by neither the encoder, nor the fit, nor who wrote the word lists. Messages
are matched with clauses as read from the text, so that a clause that was not read counts as wrong. Each baseline
has one kind of evidence and a margin of its own, chosen on dev for the same share of "no clause".
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from copilot.charter import Charter
from copilot.moderator import Moderator
from copilot.rules import UNSURE, cite
from copilot.rules.cite import Weights, fitted_weights
from copilot.rules.evidence import FEATURES, NONE_FEATURES
from copilot.rules.permission import HARMS
from copilot.types import Clause, ClauseKind, Community, Decision, Label, Measure, Message, RuleSet
from eval.metrics import share, wilson
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier, load_encoder
from training.clauses import Annotated, Pair, best_clause, margin, overlap, pair_lines, pairs, rule_sets

PARTS = ("test", "dev", "train")
BASELINES = {
    "labels only": ("label", "label_allowed"),
    "character pairs only": ("pairs",),
    "vector only": ("cosine",),
}
BANDS = (("to be confirmed", 0.0, UNSURE), ("fair", UNSURE, 0.9), ("sure", 0.9, 1.01))


def one_sort(names: Sequence[str]) -> Weights:
    """Return weights that look at these features alone."""
    return Weights(tuple(float(name in names) for name in FEATURES), (0.0,) * len(NONE_FEATURES), 0.0)


def reading(sets: Sequence[Annotated], part: str) -> dict[str, object]:
    """Return how many annotated clauses were found, and read alike; those that were not found count as wrong."""
    found: list[tuple[dict[str, object], Clause | None]] = []
    extra = 0
    for annotated in sets:
        read = [annotated.clause_of(int(str(gold["number"]))) for gold in annotated.gold]
        found += [(dict(gold), clause) for gold, clause in zip(annotated.gold, read, strict=True)]
        extra += len(annotated.rules.clauses) - len({clause.number for clause in read if clause})
    return {
        "part": part,
        "sets": len(sets),
        "clauses": len(found),
        "found": share(np.array([c is not None for _, c in found])),
        "exact": share(np.array([c is not None and overlap(str(g["text"]), c.text) == 1 for g, c in found])),
        "kind": share(np.array([c is not None and c.kind == g["kind"] for g, c in found])),
        "labels": share(np.array([c is not None and sorted(c.labels) == sorted(_names(g)) for g, c in found])),
        "measure": share(np.array([c is not None and c.measure == g["measure"] for g, c in found])),
        "none as remind": share(
            np.array([c is not None and _mildest(c.measure) == _mildest(g["measure"]) for g, c in found])
        ),
        "read beside": extra,
    }


def sureness(sets: Sequence[Annotated], part: str) -> list[dict[str, object]]:
    """Return per band of confidence how many annotated clauses were read with it, and how often rightly."""
    read = [(dict(g), c) for s in sets for g in s.gold if (c := s.clause_of(int(str(g["number"]))))]
    table: list[dict[str, object]] = []
    for name, low, high in BANDS:
        inside = [(g, c) for g, c in read if low <= c.confidence < high]
        table.append(
            {
                "part": part,
                "confidence": name,
                "clauses": len(inside),
                "kind": share(np.array([c.kind == g["kind"] for g, c in inside])),
                "kind and labels": share(
                    np.array([c.kind == g["kind"] and sorted(c.labels) == sorted(_names(g)) for g, c in inside])
                ),
            }
        )
    return table


def _mildest(measure: object) -> object:
    """The annotation takes a ban that threatens nothing for a reminder; the reader says that it names no measure."""
    return Measure.REMIND if measure == Measure.NONE else measure


def _names(gold: dict[str, object]) -> list[str]:
    labels = gold["labels"]
    return [str(name) for name in labels] if isinstance(labels, list) else []


def matching(name: str, found: Sequence[Pair], weights: Weights) -> dict[str, object]:
    """Return how often the right clause comes first, and how often none where none is right, with 95 % intervals."""
    said = [best_clause(pair, weights)[0] for pair in found]
    some = np.array([a == p.number for a, p in zip(said, found, strict=True) if p.number is not None])
    none = np.array([a is None for a, p in zip(said, found, strict=True) if p.number is None])
    likeliest = [
        int(np.argmax(weights.scores(p.rows, p.nothing))) + 1 == p.number for p in found if p.number is not None
    ]
    bans = np.array([_forbidding(p) for p in found if p.number is not None])
    return {
        "by": name,
        "with a clause": len(some),
        "right clause first": share(some),
        "interval": "{:.2f}-{:.2f}".format(*wilson(int(some.sum()), len(some))),
        "of bans": share(some[bans]),
        "before the margin": share(np.array(likeliest)),
        "without": len(none),
        "none right": share(none),
        "interval of none": "{:.2f}-{:.2f}".format(*wilson(int(none.sum()), len(none))),
    }


def _forbidding(pair: Pair) -> bool:
    return bool(pair.number) and pair.rules.clauses[(pair.number or 1) - 1].kind is ClauseKind.FORBID


def permissions(sets: Sequence[Annotated], found: Sequence[Pair], part: str) -> dict[str, object]:
    """Return what is permitted in the worst case: every hour is the right one, and everybody has every role."""
    lenient = {id(s.rules): _lenient(s.rules) for s in sets}
    gold = {(id(s.rules), c.number): g for s in sets for g in s.gold if (c := s.clause_of(int(str(g["number"]))))}
    lifted: dict[str, list[bool]] = {"selling that a clause permits": [], "what a clause bans": [], "banned harms": []}
    for pair in found:
        annotated = gold.get((id(pair.rules), pair.number or 0))
        if annotated is None:
            continue
        labels = set(_names(dict(annotated)))
        permitted = cite(lenient[id(pair.rules)], pair.views, pair.scores, None, pair.similarity).permitted
        if annotated["kind"] == ClauseKind.ALLOW and Label.ADS in labels:
            lifted["selling that a clause permits"].append(bool(permitted))
        elif annotated["kind"] == ClauseKind.FORBID:
            lifted["what a clause bans"].append(bool(permitted))
            if labels & HARMS:
                lifted["banned harms"].append(bool(permitted))
    return {"part": part, **{name: f"{sum(values)} of {len(values)}" for name, values in lifted.items()}}


def _lenient(rules: RuleSet) -> RuleSet:
    allowing = (replace(c, windows=(), roles=()) if c.kind is ClauseKind.ALLOW else c for c in rules.clauses)
    return replace(rules, clauses=tuple(allowing))


def beside_flags(part: str, sets: Sequence[Annotated], moderator: Moderator) -> dict[str, object]:
    """Return what a moderator sees: of the messages that are flagged, how many name a clause, and the right one first.

    Messages that the annotators found under no clause, or under a permission, count as wrong where they are flagged.
    """
    by_name = {annotated.name: annotated for annotated in sets}
    charters = {a.name: Charter(Community(a.name, a.name, theme=a.theme), rules=a.rules) for a in sets}
    lines = pair_lines(sets)
    messages = [Message(line["id"], line["text"], community=line["rules"], author=line["id"]) for line in lines]
    judged = zip(lines, moderator.assess(messages, charters), strict=True)
    flagged = [(line, verdict.clauses) for line, verdict in judged if verdict.decision is not Decision.ALLOW]
    gold = [
        by_name[line["rules"]].clause_of(line["clause"]) if line["clause"] is not None else None for line, _ in flagged
    ]
    right = [
        bool(cited) and meant is not None and cited[0].clause.number == meant.number
        for (_, cited), meant in zip(flagged, gold, strict=True)
    ]
    return {
        "part": part,
        "flagged": len(flagged),
        "under no clause": sum(line["clause"] is None for line, _ in flagged),
        "names one": share(np.array([bool(cited) for _, cited in flagged])),
        "right one first": share(np.array(right)),
        "interval": "{:.2f}-{:.2f}".format(*wilson(sum(right), len(right))),
    }


def measure(classifier: str) -> dict[str, list[dict[str, object]]]:
    """Return the tables by title."""
    moderator, encoder = Moderator(load_classifier(classifier)), load_encoder(classifier)
    sets = {part: rule_sets(part) for part in PARTS}
    evidence = {part: pairs(sets[part], moderator, encoder) for part in PARTS}
    table = [matching(f"{part}, all evidence", evidence[part], fitted_weights()) for part in PARTS]
    for name, features in BASELINES.items():
        alone = one_sort(features)
        alone = Weights(alone.clause, alone.none, margin(evidence["dev"], alone))
        table.insert(-2, matching(f"test, {name}", evidence["test"], alone))
    return {
        "Rules read": [reading(sets[part], part) for part in PARTS],
        "Confidence of the reading": [row for part in PARTS for row in sureness(sets[part], part)],
        "Message to clause": table,
        "Clauses beside flagged messages": [beside_flags(part, sets[part], moderator) for part in PARTS],
        "Permitted at any hour to anybody": [permissions(sets[part], evidence[part], part) for part in PARTS],
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    tables = measure(options.classifier)
    publish("clauses", "\n".join(show(title, table) for title, table in tables.items()))


if __name__ == "__main__":
    main()
