"""What a community's own calibration is worth: decide the first half of its messages, measure the second half.

    python -m eval.learning             # about a minute on one core
    python -m eval.learning --replay    # how long 100,000 kept messages take to be judged again

Real communities are dev sets and the corpus' dev messages, with the shipped model's scores and people's labels. Drawn
ones have the scores of real messages and labels drawn so that the truth is known: the model's log odds, moved. What
is flagged is decided by three people, oldest first, until there are so many decisions; authors write two flagged
messages on average. Each line is the mean of several halvings; where nothing was adopted, after is before.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from copilot.policy import Bands
from copilot.text import text_views
from copilot.types import Assessment, Case, Decision, Label, Measure, Message, Resolution, Versions
from eval.metrics import Flags, Floats
from eval.quality import publish, show
from eval.replay import measure as measure_replay
from models import DEFAULT_CLASSIFIER, load_classifier
from models.head import CommunityHead, logit, sigmoid
from models.learn import Decided, Outcome, fit_head
from training.sources import DATASETS, corpus_rows, public_rows

SIZES = (20, 100, 500, 2000)
HALVINGS = 10
DRAWS = 40
SHIFTS = {"as the model says": 0.0, "stricter by 1": 1.0, "milder by 1": -1.0, "milder by 3": -3.0}
NOISE = 0.1
"""Share of decisions that are wrong, where there are any."""
_START = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 256
Rng = np.random.Generator
Pairs = list[Decided]
Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Group:
    """A community: what was written, the model's probability per message and label, and whether each is carried."""

    name: str
    texts: Sequence[str]
    labels: tuple[Label, ...]
    scores: Floats
    carried: Flags

    def flagged(self, bands: Bands) -> Flags:
        """Which messages go to people, on the model's scores alone."""
        return _any(self.scores >= np.array([bands[label].review for label in self.labels]))

    def part(self, chosen: Sequence[int]) -> Group:
        """Some of its messages."""
        rows = list(chosen)
        return replace(self, texts=[self.texts[i] for i in rows], scores=self.scores[rows], carried=self.carried[rows])


def real_groups(moderator_scores: Callable[[Sequence[str], Sequence[Label]], Floats]) -> list[Group]:
    """Return the communities of the dev sets and of the corpus."""
    groups = []

    def add(
        name: str, texts: Sequence[str], labels: tuple[Label, ...], carried: Flags, like: Group | None = None
    ) -> None:
        scores = like.scores if like else moderator_scores(texts, labels)
        groups.append(Group(name, texts, labels, scores, carried))

    if DATASETS.is_dir():
        cold = list(public_rows("dev", "cold"))
        texts = [row.text for row in cold]
        add("COLD, its annotators", texts, (Label.ABUSE,), np.array([[row.first == 1] for row in cold]))
        second = np.array([[row.known[Label.ABUSE] == 1] for row in cold])
        add("COLD, other annotators", texts, (Label.ABUSE,), second, groups[0])
        for name, label in (("sccd_bythread", Label.ABUSE), ("tg_spam_telegram", Label.ADS)):
            rows = list(public_rows("dev", name))
            add(name, [row.text for row in rows], (label,), np.array([[row.known.get(label) == 1] for row in rows]))
    rows = corpus_rows("dev")
    labels, texts = tuple(rows[0].known), [row.text for row in rows]
    truth = np.array([[row.known[label] == 1 for label in labels] for row in rows])
    add("corpus dev", texts, labels, truth)
    trade = truth.copy()
    only_ads = truth[:, labels.index(Label.ADS)] & (truth.sum(1) == 1)
    trade[only_ads] = False
    add("corpus dev, trade welcome", texts, labels, trade, groups[-1])
    return groups


def drawn_group(name: str, shift: float, pool: Floats, bands: Bands, size: int, rng: Rng) -> tuple[Group, Group]:
    """Draw so many flagged messages to decide, and others to measure on, from the abuse scores of real ones."""
    review = bands[Label.ABUSE].review
    drawn: list[Group] = []
    for scores in (rng.choice(pool[pool >= review], size), rng.choice(pool, 4000)):
        carried = rng.random(len(scores)) < sigmoid(logit(scores) + shift)
        texts = [f"{len(drawn)} {i}" for i in range(len(scores))]
        drawn.append(Group(name, texts, (Label.ABUSE,), scores[:, None], carried[:, None]))
    return drawn[0], drawn[1]


def decide(group: Group, rng: Rng, noise: float = 0.0) -> Pairs:
    """Return a decision on each message by one of three people, who err as often as `noise` says."""
    count = len(group.texts)
    carried = group.carried.copy()
    wrong = rng.random(count) < noise
    carried[wrong] = ~carried[wrong] & (group.scores[wrong] == group.scores[wrong].max(1, keepdims=True))
    authors, actors = rng.integers(0, max(1, count // 2), count), rng.integers(0, 3, count)
    return [
        decision(
            Message(str(i), group.texts[i], author=f"author {authors[i]}"),
            dict(zip(group.labels, group.scores[i].tolist(), strict=True)),
            tuple(label for label, is_so in zip(group.labels, carried[i], strict=True) if is_so),
            f"moderator {actors[i]}",
            i,
        )
        for i in range(count)
    ]


def decision(
    message: Message, scores: dict[Label, float], labels: tuple[Label, ...], actor: str, minute: int
) -> Decided:
    """One case and what was decided about it."""
    at = _START + timedelta(minutes=minute)
    assessment = Assessment(
        message.id, Decision.REVIEW, Measure.NONE, (), scores, (), Versions("simulated", ""), model_scores=scores
    )
    said = Decision.REVIEW if labels else Decision.ALLOW
    return Case(message, assessment, at, id=minute), Resolution(minute, said, labels, Measure.NONE, actor, "", at)


def rogue(pairs: Pairs) -> Pairs:
    """One person decides two thirds of everything, and finds it all harmless."""
    return [
        (case, resolution if i % 3 == 0 else replace(resolution, actor="rogue", labels=(), decision=Decision.ALLOW))
        for i, (case, resolution) in enumerate(pairs)
    ]


def flooded(pairs: Pairs) -> Pairs:
    """One author gets as many messages again flagged, each of them harmless, to teach the head to look away."""
    bait = [
        (
            replace(case, message=replace(case.message, text=f"bait {i}", author="flood")),
            replace(resolution, labels=(), decision=Decision.ALLOW),
        )
        for i, (case, resolution) in enumerate(pairs)
    ]
    return [pair for both in zip(pairs, bait, strict=True) for pair in both]


def figures(group: Group, scores: Floats, bands: Bands) -> dict[str, float]:
    """What happens to messages at these probabilities; a false alarm is a flagged one that carries nothing."""
    review, remove = (np.array([[getattr(bands[x], edge) for x in group.labels]]) for edge in ("review", "remove"))
    looked, removed, harmful = _any(scores >= review), _any(scores >= remove), _any(group.carried)
    p = np.clip(scores, 1e-6, 1 - 1e-6)
    return {
        "false_alarms": float(looked[~harmful].mean()),
        "recall": float(looked[harmful].mean()),
        "removed": float(removed.mean()),
        "wrongly_removed": float((removed & ~harmful).mean()),
        "log_loss": float(-np.log(np.where(group.carried, p, 1 - p)).sum(1).mean()),
    }


def _any(flags: Flags) -> Flags:
    return np.asarray(flags.any(axis=1))


def adjusted(head: CommunityHead, group: Group) -> Floats:
    """A group's probabilities as its head corrects them."""
    rows = head.adjust([dict(zip(group.labels, row.tolist(), strict=True)) for row in group.scores])
    return np.array([[row[label] for label in group.labels] for row in rows])


def line(name: str, runs: Iterable[tuple[Pairs, Group]], bands: Bands) -> Line:
    """Learn and measure in each run, and return the means before and after."""
    adopted, decided, before, after = [], [], [], []
    for pairs, later in runs:
        fitted = fit_head(pairs, bands, "simulated")
        adopted.append(any(report.outcome is Outcome.ADOPTED for report in fitted.labels))
        decided.append(len(pairs))
        before.append(figures(later, later.scores, bands))
        after.append(figures(later, adjusted(fitted.head, later), bands))
    row: Line = {"community": name, "decisions": round(float(np.mean(decided))), "adopted": float(np.mean(adopted))}
    for key in before[0]:
        row[key] = " → ".join(f"{float(np.mean([run[key] for run in runs])):.4f}" for runs in (before, after))
    return row


def halves(
    group: Group, bands: Bands, size: int, noise: float = 0.0, disturb: Callable[[Pairs], Pairs] = list
) -> Iterator[tuple[Pairs, Group]]:
    """Halve a real community at random, several times."""
    for seed in range(HALVINGS):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(group.texts))
        first, second = np.array_split(order, 2)
        queue = first[group.flagged(bands)[first]][:size]
        yield disturb(decide(group.part(queue.tolist()), rng, noise)), group.part(second.tolist())


def draws(
    name: str, pool: Floats, bands: Bands, size: int, disturb: Callable[[Pairs], Pairs] = list
) -> Iterator[tuple[Pairs, Group]]:
    """Draw a community several times."""
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        first, second = drawn_group(name, SHIFTS[name], pool, bands, size, rng)
        yield disturb(decide(first, rng)), second


def measure(classifier_name: str) -> dict[str, list[Line]]:
    """Return every table by title."""
    classifier = load_classifier(classifier_name, threads=1)
    bands = classifier.bands

    def probabilities(texts: Sequence[str], labels: Sequence[Label]) -> Floats:
        read = [
            row
            for i in range(0, len(texts), _BATCH)
            for row in classifier.classify([text_views(text) for text in texts[i : i + _BATCH]])
        ]
        return np.array([[row[label] for label in labels] for row in read])

    groups = real_groups(probabilities)
    tables: dict[str, list[Line]] = {"Real communities": [], "Disturbed": []}
    for group in groups:
        available = int(group.flagged(bands).sum()) // 2
        for size in (*(size for size in SIZES if size < available), available):
            tables["Real communities"].append(line(group.name, halves(group, bands, size), bands))
        tables["Disturbed"] += [
            line(f"{group.name}, {NOISE:.0%} of decisions wrong", halves(group, bands, available, NOISE), bands),
            line(f"{group.name}, rogue moderator", halves(group, bands, available, disturb=rogue), bands),
            line(f"{group.name}, flooding author", halves(group, bands, available, disturb=flooded), bands),
        ]
    pool = np.concatenate([g.scores[:, g.labels.index(Label.ABUSE)] for g in groups if Label.ABUSE in g.labels])
    tables["Drawn communities"] = [
        line(name, draws(name, pool, bands, size), bands) for name in SHIFTS for size in SIZES
    ]
    for name, disturb in (("rogue moderator", rogue), ("flooding author", flooded)):
        row = line("as the model says", draws("as the model says", pool, bands, 500, disturb), bands)
        tables["Disturbed"].append(row | {"community": f"as the model says, {name}"})
    return tables


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--replay", action="store_true", help="measure how long a replay takes instead")
    options = parser.parse_args(arguments)
    if options.replay:
        publish("replay", show("Replay", measure_replay()))
        return
    publish("learning", "\n".join(show(title, table) for title, table in measure(options.classifier).items()))


if __name__ == "__main__":
    main()
