"""Fit how messages are grouped into threads and what in them deserves to be told, and write the weights.

    python -m training.threads              # half a minute; needs the shipped encoder
    python -m training.threads --words      # first count the words of ordinary messages anew

Five small models, each a dozen or two of weights with a ridge: which talk a message joins and which thread a talk takes
up (conditional logits), what sums a thread up, which questions are open, what was settled
(logistic regressions). They are fitted on the ten training days only. Every limit is chosen on days that were not
fitted on: each training day is read with the weights of the other nine, threads included, and the dev days with those
of all ten. Fitted twice, with the vectors of an encoder and without.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from copilot.drafting.threads import decisions, questions, salience
from copilot.drafting.threads.conversation import Conversation
from copilot.drafting.threads.digesting import (
    Read,
    grouped,
    is_chat,
    key_places,
    open_questions,
    read,
    settled,
)
from copilot.drafting.threads.evidence import Floats
from copilot.drafting.threads.marks import typed_words
from copilot.drafting.threads.talks import talks
from copilot.drafting.threads.weights import FEATURES, Limits, Weights
from copilot.drafting.threads.words import content_words, tokens
from copilot.text import text_views
from models import DEFAULT_ENCODER, load_encoder
from training.days import CHAT, days
from training.sources import CORPUS, part_of
from training.thread_cases import Case, Sample, sample, talk_cases, thread_cases

HERE = Path(str(files("copilot.drafting.threads").joinpath("")))
START = Limits(apart=-0.5, key=-1.5, most=3, question=-1.5, decision=-1.0, thin=38)
"""`thin` is not fitted, since no training day is thin: it lies between the largest thin day of dev and a full one."""
_RIDGE: Mapping[str, float] = {
    "talks": 0.3,
    "resuming": 1.0,
    "salience": 3.0,
    "questions": 0.3,
    "decisions": 1.0,
}
_GRID: Mapping[str, Sequence[float]] = {
    "apart": (-1.5, -1.25, -1.0, -0.75, -0.5, -0.25, 0.0),
    "key": (-2.0, -1.75, -1.5, -1.25, -1.0),
    "question": (-2.0, -1.75, -1.5, -1.25, -1.0),
    "decision": (-2.0, -1.5, -1.0, -0.5),
}
_LEAST_LISTED = 3


def fit_choice(cases: Sequence[Case], ridge: float) -> Floats:
    """Return the weights of a conditional logit (McFadden, 1974) where several options can be right."""
    options = np.concatenate([each for each, _ in cases])
    right = np.concatenate([each for _, each in cases])
    sizes = [len(each) for each, _ in cases]
    owner = np.repeat(np.arange(len(cases)), sizes)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(w: Floats) -> tuple[float, Floats]:
        scores = options @ w
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total = np.add.reduceat(odds, starts)
        good = np.maximum(np.add.reduceat(odds * right, starts), 1e-12)
        gradient = (odds / total[owner] - odds * right / good[owner]) @ options + ridge * w
        return float((np.log(total) - np.log(good)).sum() + ridge * (w @ w) / 2), gradient

    best: Floats = minimize(loss, np.zeros(options.shape[1]), jac=True, method="L-BFGS-B").x
    return best


def fit_share(rows: Floats, positive: NDArray[np.bool_], ridge: float) -> Floats:
    """Return the weights of a logistic regression; the first column is the intercept, which no ridge pulls."""
    pull = np.full(rows.shape[1], ridge)
    pull[0] = 0.0
    signs = np.where(positive, 1.0, -1.0)

    def loss(w: Floats) -> tuple[float, Floats]:
        margins = signs * (rows @ w)
        wrong = 1 / (1 + np.exp(margins))
        return float(np.logaddexp(0, -margins).sum() + (pull * w * w).sum() / 2), -(signs * wrong) @ rows + pull * w

    best: Floats = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B").x
    return best


def fit(samples: Sequence[Sample], limits: Limits) -> Weights:
    """Fit all models on some days; each reads what the ones before it made of the day."""
    models = {name: np.zeros(len(features)) for name, features in FEATURES.items()}
    models["talks"] = fit_choice([case for one in samples for case in talk_cases(one)], _RIDGE["talks"])
    found = [talks(one.evidence, models["talks"]) for one in samples]
    cases = [case for one, each in zip(samples, found, strict=True) for case in thread_cases(one, each)]
    models["resuming"] = fit_choice(cases, _RIDGE["resuming"])
    weights = Weights(models, limits)
    threads = [
        (one, Conversation(tuple(one.evidence.posts[i] for i in places), one.evidence))
        for one in samples
        for places in grouped(one.evidence, weights)
    ]
    ids = [[post.message.id for post in talk.posts] for _, talk in threads]

    def learn(name: str, rows: Sequence[Floats], positive: Sequence[Sequence[bool]]) -> None:
        models[name] = fit_share(np.concatenate(rows), np.concatenate(list(map(np.array, positive))), _RIDGE[name])

    salient = [salience.rows(talk) for _, talk in threads]
    learn(
        "salience",
        salient,
        [[i in one.day.key_sentences for i in own] for (one, _), own in zip(threads, ids, strict=True)],
    )
    best = [float((rows @ models["salience"]).max()) for rows in salient]
    asked = [questions.asked(talk) for _, talk in threads]
    learn(
        "questions",
        [np.array([questions.row(t, i, b) for i in a]) for (_, t), a, b in zip(threads, asked, best, strict=True) if a],
        [
            [own[i] in one.day.open_questions for i in a]
            for (one, _), own, a in zip(threads, ids, asked, strict=True)
            if a
        ],
    )
    learn(
        "decisions",
        [np.array(decisions.rows(talk)) for _, talk in threads],
        [[i in one.day.decisions for i in own] for (one, _), own in zip(threads, ids, strict=True)],
    )
    return weights


def held_out(samples: Sequence[Sample], limits: Limits) -> list[Weights]:
    """Return for each day the weights fitted on all the others."""
    return [fit([other for other in samples if other is not one], limits) for one in samples]


def bcubed(found: Sequence[int], gold: Sequence[str]) -> tuple[float, float]:
    """Return B-cubed precision and recall of a clustering (Bagga and Baldwin, 1998)."""
    both, ours, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    precision = sum(n * n / ours[a] for (a, _), n in both.items()) / len(gold)
    recall = sum(n * n / theirs[b] for (_, b), n in both.items()) / len(gold)
    return precision, recall


def harmonic(precision: float, recall: float) -> float:
    """Return the F measure."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def labels(one: Sample, weights: Weights) -> list[int]:
    """Return the number of the thread that each message of a day was put into."""
    found = [0] * len(one.gold)
    for number, places in enumerate(grouped(one.evidence, weights)):
        for i in places:
            found[i] = number
    return found


def reads(one: Sample, weights: Weights) -> list[Read]:
    """Return the threads of a day with what was made of them; nothing is flagged."""
    return [read(one.evidence, places, weights, frozenset()) for places in grouped(one.evidence, weights)]


def _apart(one: Sample, weights: Weights) -> tuple[float, float, float]:
    matters = [i for i, thread in enumerate(one.gold) if thread != CHAT]
    found = labels(one, weights)
    precision, recall = bcubed([found[i] for i in matters], [one.gold[i] for i in matters])
    return harmonic(precision, recall) * len(matters), len(matters), len(matters)


def _overlap(found: set[str], gold: frozenset[str]) -> tuple[float, float, float]:
    return len(found & gold), len(found), len(gold)


def _keys(one: Sample, weights: Weights) -> tuple[float, float, float]:
    told = [thread for thread in reads(one, weights) if not is_chat(thread, weights)]
    found = {t.talk.posts[i].message.id for t in told for i in key_places(t, weights)}
    return _overlap(found, one.day.key_sentences)


def _questions(one: Sample, weights: Weights) -> tuple[float, float, float]:
    return _overlap(open_questions(reads(one, weights), weights), one.day.open_questions)


def _decisions(one: Sample, weights: Weights) -> tuple[float, float, float]:
    told = [thread for thread in reads(one, weights) if not is_chat(thread, weights)]
    return _overlap(settled(told, weights), one.day.decisions)


_GOALS: Mapping[str, Callable[[Sample, Weights], tuple[float, float, float]]] = {
    "apart": _apart,
    "key": _keys,
    "question": _questions,
    "decision": _decisions,
}
"""For each limit what it is to make right: (hits, said, true) of a day, whose F over all days is the goal."""


def choose(samples: Sequence[Sample], dev: Sequence[Sample], limits: Limits) -> Limits:
    """Return the limits that do best on days that the weights beside them have not seen; those of dev count as well."""

    def unseen() -> list[tuple[Sample, Weights]]:
        whole = fit(samples, limits)
        return [*zip(samples, held_out(samples, limits), strict=True), *((one, whole) for one in dev)]

    folds = unseen()
    for name, goal in _GOALS.items():
        gains = {}
        for value in _GRID[name]:
            changed = _with(limits, name, value)
            hits = np.sum([goal(one, Weights(w.models, changed)) for one, w in folds], axis=0)
            gains[value] = float(2 * hits[0] / (hits[1] + hits[2]))
        print(f"{name}: " + ", ".join(f"{value:g} {gain:.3f}" for value, gain in gains.items()))
        limits = _with(limits, name, max(gains, key=lambda value: gains[value]))
        if name == "apart":
            folds = unseen()
    return limits


def _with(limits: Limits, name: str, value: float) -> Limits:
    changed: dict[str, Any] = {name: value}
    return replace(limits, **changed)


def count_words() -> dict[str, object]:
    """Return in how many ordinary messages of the training part each word occurs."""
    counts: Counter[str] = Counter()
    messages = 0
    for path in sorted((CORPUS / "messages").glob("*.jsonl")):
        if part_of("messages", path.stem) != "train":
            continue
        for record in map(json.loads, path.read_text("utf-8").splitlines()):
            if not record["labels"]:
                messages += 1
                counts.update(set(content_words(tokens(typed_words(text_views(record["text"]).normal.text)))))
    listed = {word: count for word, count in sorted(counts.items()) if count >= _LEAST_LISTED}
    return {"messages": messages, "words": listed}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--words", action="store_true")
    options = parser.parse_args(arguments)
    if options.words:
        text = json.dumps(count_words(), ensure_ascii=False, separators=(",", ":"))
        (HERE / "words.json").write_text(text + "\n", "utf-8")
    encoder = load_encoder(options.encoder)
    stored: dict[str, object] = {"encoder": encoder.version}
    for name, used in (("with vectors", encoder), ("without vectors", None)):
        print(name)
        samples, dev = ([sample(day, used) for day in days(part)] for part in ("train", "dev"))
        stored[name] = fit(samples, choose(samples, dev, START)).stored()
    (HERE / "weights.json").write_text(json.dumps(stored, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
