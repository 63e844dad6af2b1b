"""Fit the weights by which a message is matched with a clause, and write them where the product reads them.

    python -m training.clauses              # some ten seconds; needs the shipped encoder

Clauses are read from the text by `copilot.rules`, never taken from the annotation, so that what is fitted is what is
served. Topics and vectors both know these rule sets (the word lists were written, and the encoder was
trained, with their training part at hand), so on a new community they say less than here. Each is silenced for a
share of the messages while fitting (feature dropout; Wager et al., 2013), lest the weights trust them too much.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from copilot.charter import Charter
from copilot.moderator import Moderator
from copilot.ports import Encoder
from copilot.rules import read_rules
from copilot.rules.cite import Weights
from copilot.rules.evidence import FEATURES, NONE_FEATURES, CompiledRules, Row
from copilot.text import TextViews, text_views
from copilot.types import Clause, Community, Label, Message, RuleSet
from models import DEFAULT_CLASSIFIER, load_classifier, load_encoder
from training.sources import CORPUS, part_of
from training.themes import read_lines

Floats = NDArray[np.float64]

OUT = Path(str(files("copilot.rules").joinpath("weights.json")))
ALIKE = 0.5
"""Share of the longer text from which a clause read and a clause annotated count as the same."""

_INNER = re.compile(r"[\W_]+")
_SILENCED: Mapping[tuple[str, ...], float] = {("done", "done_allowed"): 0.5, ("cosine", "nearest"): 0.5}
_FOR = (
    "label",
    "label_allowed",
    "done",
    "done_allowed",
    "named",
    "named_allowed",
    "called",
    "pairs",
    "characters",
    "keyword",
    "cosine",
    "nearest",
    "day",
    "role",
)
"""Evidence that can only speak for a clause: its weight is never negative."""
_PRIOR = {"keyword": 3.0, "called": 1.0}
"""Where the ridge pulls a weight: that a clause names a thing has to count, and few messages of the corpus show it."""
_COPIES = 8
_RIDGE = 2.0
_NONE_RIGHT = 0.90
"""Share of messages under no clause that the margin is to leave uncited on dev."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """One rule set of the corpus, as annotated and as read."""

    name: str
    theme: str
    gold: tuple[Mapping[str, Any], ...]
    rules: RuleSet

    def clause_of(self, number: int) -> Clause | None:
        """Return the clause read that an annotated one corresponds to, None where the reader has none."""
        gold = next(g for g in self.gold if g["number"] == number)
        found = max(self.rules.clauses, key=lambda c: overlap(str(gold["text"]), c.text), default=None)
        return found if found and overlap(str(gold["text"]), found.text) >= ALIKE else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A message of a rule set, the clause it falls under (None: none; 0: one that was not read), and the evidence.

    `similarity` has the shape (clauses,).
    """

    rules: RuleSet
    views: TextViews
    scores: Mapping[Label, float]
    similarity: Sequence[float]
    number: int | None
    rows: Sequence[Row]
    nothing: tuple[float, ...]


def overlap(a: str, b: str) -> float:
    """Longest common run of two texts' characters, as a share of the longer text; signs do not count."""
    a, b = _INNER.sub("", a), _INNER.sub("", b)
    size = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    return size / max(len(a), len(b), 1)


def rule_sets(part: str) -> list[Annotated]:
    """Return the rule sets of one part (`train`, `dev` or `test`)."""
    found = []
    for path in sorted((CORPUS / "rules").glob("*.json")):
        if part_of("rules", path.stem) == part:
            d = json.loads(path.read_text("utf-8"))
            found.append(Annotated(d["id"], d["community"], tuple(d["clauses"]), read_rules(d["text"])))
    return found


def pair_lines(sets: Sequence[Annotated]) -> list[dict[str, Any]]:
    """Return the corpus' pairs of a message and its clause that belong to some rule sets."""
    names = {annotated.name for annotated in sets}
    files = sorted((CORPUS / "rules").glob("pairs*.jsonl"))
    return [line for path in files for line in read_lines(path) if line["rules"] in names]


def pairs(sets: Sequence[Annotated], moderator: Moderator, encoder: Encoder) -> list[Pair]:
    """Return the messages of some rule sets with their evidence, judged as the product judges them."""
    by_name = {s.name: s for s in sets}
    lines = pair_lines(sets)
    known = {s.name: Charter(Community(s.name, s.name, theme=s.theme)) for s in sets}
    messages = [Message(r["id"], r["text"], community=r["rules"], author=r["id"]) for r in lines]
    views = [text_views(m.text) for m in messages]
    vectors = encoder.encode(views)
    clauses = {s.name: encoder.encode([text_views(c.text) for c in s.rules.clauses]) for s in sets}
    compiled = {s.name: CompiledRules(s.rules) for s in sets}
    found = []
    for line, view, vector, judged in zip(lines, views, vectors, moderator.assess(messages, known), strict=True):
        rules = by_name[line["rules"]]
        similarity = [float(x) for x in clauses[rules.name] @ vector]
        rows, nothing = compiled[rules.name].rows(view, judged.scores, similarity)
        number = None if line["clause"] is None else _number(rules.clause_of(line["clause"]))
        found.append(Pair(rules.rules, view, judged.scores, similarity, number, rows, nothing))
    return found


def _number(clause: Clause | None) -> int:
    return clause.number if clause else 0


def _designs(found: Sequence[Pair], silenced: Mapping[tuple[str, ...], float], seed: int) -> list[tuple[Floats, int]]:
    """Return per message its matrix (clauses + 1, features), none last, and the row that is right."""
    rng = np.random.default_rng(seed)
    designs = []
    for pair in found:
        if pair.number == 0:
            continue
        values = np.array([row.values for row in pair.rows])
        for names, share in silenced.items():
            if rng.random() < share:
                values[:, [FEATURES.index(name) for name in names]] = 0
        matrix = np.zeros((len(values) + 1, len(FEATURES) + len(NONE_FEATURES)))
        matrix[:-1, : len(FEATURES)] = values
        matrix[-1, len(FEATURES) :] = pair.nothing
        designs.append((matrix, len(values) if pair.number is None else pair.number - 1))
    return designs


def fit(found: Sequence[Pair], ridge: float = _RIDGE) -> Weights:
    """Return the weights of a conditional logit (McFadden, 1974) over each set's clauses and none; margin 0."""
    designs = [d for seed in range(_COPIES) for d in _designs(found, _SILENCED, seed)]
    owner = np.repeat(np.arange(len(designs)), [len(m) for m, _ in designs])
    stacked = np.concatenate([m for m, _ in designs])
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    right = starts + np.array([place for _, place in designs])

    names = (*FEATURES, *NONE_FEATURES)
    prior = np.array([_PRIOR.get(name, 0.0) for name in names])
    bounds = [(0, None) if name in _FOR else (None, None) for name in names]

    def loss(w: Floats) -> tuple[float, Floats]:
        score = stacked @ w
        highest = np.maximum.reduceat(score, starts)
        odds = np.exp(score - highest[owner])
        total = np.add.reduceat(odds, starts)
        value = (
            float((np.log(total) + highest - score[right]).sum()) / _COPIES
            + ridge * float((w - prior) @ (w - prior)) / 2
        )
        gradient = ((odds / total[owner]) @ stacked - stacked[right].sum(0)) / _COPIES + ridge * (w - prior)
        return value, gradient

    best: Floats = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Weights(tuple(map(float, best[: len(FEATURES)])), tuple(map(float, best[len(FEATURES) :])), 0.0)


def best_clause(pair: Pair, weights: Weights) -> tuple[int | None, float]:
    """Return the number of the likeliest clause with its log-odds against none; the number is None below 0."""
    scores = weights.scores(pair.rows, pair.nothing)
    if not scores:
        return None, -np.inf
    place = int(np.argmax(scores))
    return (place + 1 if scores[place] > 0 else None), scores[place]


def shares(found: Sequence[Pair], weights: Weights) -> tuple[float, float]:
    """Return (right clause first, none right)."""
    said = [best_clause(pair, weights)[0] for pair in found]
    some = [a == p.number for a, p in zip(said, found, strict=True) if p.number is not None]
    none = [a is None for a, p in zip(said, found, strict=True) if p.number is None]
    return float(np.mean(some)), float(np.mean(none))


def margin(found: Sequence[Pair], weights: Weights) -> float:
    """Return the least margin that leaves the wanted share of messages under no clause uncited."""
    highest = [best_clause(pair, weights)[1] for pair in found if pair.number is None]
    return float(np.quantile(highest, _NONE_RIGHT))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    moderator, encoder = Moderator(load_classifier(options.classifier)), load_encoder(options.classifier)
    train, dev = (pairs(rule_sets(part), moderator, encoder) for part in ("train", "dev"))
    weights = fit(train)
    weights = Weights(weights.clause, weights.none, margin(dev, weights))
    for part, found in (("train", train), ("dev", dev)):
        right, none = shares(found, weights)
        print(f"{part}: right clause first {right:.3f}, none right {none:.3f} of {len(found)} messages")
    stored = {
        "encoder": encoder.version,
        "clause": {name: round(w, 4) for name, w in zip(FEATURES, weights.clause, strict=True)},
        "none": {name: round(w, 4) for name, w in zip(NONE_FEATURES, weights.none, strict=True)},
        "margin": round(weights.margin, 4),
    }
    options.out.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    print(options.out.read_text("utf-8"))


if __name__ == "__main__":
    main()
