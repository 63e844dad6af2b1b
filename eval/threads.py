"""Are messages grouped as people would group them, and is what they would tell found: on the group days of the corpus.

    python -m eval.threads                  # tables for train, dev and test
    python -m eval.threads --json           # the same as JSON
    python -m eval.threads --show owners-a  # one day's digest, readable
    python -m eval.threads --speed          # also: 5,000 messages, and 10,000 of one word

Figures for training days are with weights fitted on the other training days only; dev and test days were never fitted
on. Small talk is one thread for the annotators, so grouping is measured on all other messages. What is told is
measured through `digest`, with the messages left out that the product's own moderator flags. Baselines: a pause of
ten minutes begins a thread; only replies and quotes bind; each thread is summed up by its first message or by
its longest; every question is open; every message that says 定 and names a time settles something.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from copilot.drafting.digest import Thread
from copilot.drafting.threads import digest
from copilot.drafting.threads.weights import Weights, fitted_weights
from copilot.moderator import Moderator
from copilot.ports import Encoder
from copilot.types import Decision, Message
from eval.clustering import agreement
from eval.digests import Measured, Row, findings, key_sentences, longest, naming, readable
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier, load_encoder
from training.days import CHAT, AnnotatedDay, day_names, days, read_day_file
from training.sources import part_of
from training.thread_cases import Sample, sample
from training.threads import held_out, labels

PARTS = ("train", "dev", "test")
_PAUSE = 10.0


def by_pauses(one: Sample) -> list[int]:
    """Begin a thread after each pause."""
    minutes = np.array([post.minute for post in one.evidence.posts])
    return [int(n) for n in np.cumsum(np.diff(minutes, prepend=minutes[:1]) > _PAUSE)]


def by_replies(one: Sample) -> list[int]:
    """Bind a message to what it replies to or quotes, and to nothing else."""
    found: list[int] = []
    for place, post in enumerate(one.evidence.posts):
        found.append(found[post.answers] if post.answers is not None else place)
    return found


def grouping(part: str, name: str, chosen: Sequence[Measured], group: Callable[[Measured], Sequence[int]]) -> Row:
    """Return the mean agreement over some days; small talk is left out."""
    figures = []
    for each in chosen:
        kept = [place for place, thread in enumerate(each.one.gold) if thread != CHAT]
        ours, theirs = group(each), each.one.gold
        figures.append(agreement([ours[i] for i in kept], [theirs[i] for i in kept]))
    return {
        "part": part,
        "by": name,
        "days": len(figures),
        **{key: float(np.mean([figure[key] for figure in figures])) for key in figures[0]},
    }


@dataclass(frozen=True, slots=True)
class World:
    """The product's pieces that read a day."""

    encoder: Encoder
    moderator: Moderator

    def flagged(self, messages: Sequence[Message]) -> set[str]:
        """Return the ids of messages that the product would not let pass."""
        judged = self.moderator.assess(messages)
        return {m.id for m, verdict in zip(messages, judged, strict=True) if verdict.decision is not Decision.ALLOW}

    def measured(self, day: AnnotatedDay, weights: tuple[Weights, Weights]) -> Measured:
        """Read a day; `weights` are those for vectors and those without."""
        found = digest(
            day.community,
            day.messages,
            encoder=self.encoder,
            since=day.since,
            until=day.until,
            flagged=self.flagged(day.messages),
            weights=weights[0],
        )
        one, bare = sample(day, self.encoder), sample(day, None)
        return Measured(one, found, labels(one, weights[0]), labels(bare, weights[1]))

    def part(self, part: str) -> list[Measured]:
        """Read the days of one part; training days with weights that have not seen them."""
        chosen = days(part)
        shipped = (fitted_weights(True), fitted_weights(False))
        if part != "train":
            return [self.measured(day, shipped) for day in chosen]
        folds = [
            held_out([sample(day, encoder) for day in chosen], weights.limits)
            for encoder, weights in zip((self.encoder, None), shipped, strict=True)
        ]
        return [self.measured(day, pair) for day, pair in zip(chosen, zip(*folds, strict=True), strict=True)]


def tables(world: World) -> dict[str, list[Row]]:
    """Return every table by title."""
    found: Mapping[str, list[Measured]] = {part: world.part(part) for part in PARTS}
    groupings: Mapping[str, Callable[[Measured], Sequence[int]]] = {
        "threads": lambda m: m.grouped,
        "threads, no encoder": lambda m: m.without,
        "pauses": lambda m: by_pauses(m.one),
        "replies": lambda m: by_replies(m.one),
    }
    picks: Mapping[str, Callable[[Thread], Sequence[str]]] = {
        "key sentences": lambda thread: thread.key,
        "… first message": lambda thread: [thread.messages[0].id],
        "… longest message": longest,
    }
    return {
        "Grouping": [grouping(p, name, found[p], group) for p in PARTS for name, group in groupings.items()],
        "Key sentences": [key_sentences(p, name, found[p], pick) for p in PARTS for name, pick in picks.items()],
        "What else is told": [row for p in PARTS for row in findings(p, found[p])],
        "Topics, ranks, thin days": [naming(p, found[p]) for p in PARTS],
    }


def speed(encoder: Encoder) -> list[Row]:
    """Return how long a large day takes: the training days over and over, and one word ten thousand times."""
    chosen = [message for day in days("train") for message in day.messages]
    start = days("train")[0].since
    many = [
        replace(chosen[i % len(chosen)], id=str(i), reply_to=None, sent_at=start + timedelta(seconds=17 * i))
        for i in range(5000)
    ]
    words = [
        Message(str(i), "在", author=f"m{i % 300}", sent_at=start + timedelta(seconds=8 * i)) for i in range(10000)
    ]
    table: list[Row] = []
    for name, messages in (("mixed", many), ("one word", words)):
        began = time.process_time()
        found = digest("g", messages, encoder=encoder, since=start, until=start + timedelta(days=1))
        seconds = time.process_time() - began
        table.append(
            {"messages": len(messages), "of": name, "threads": len(found.threads), "seconds of processor": seconds}
        )
    return table


def _world(classifier: str) -> World:
    model = load_classifier(classifier)
    return World(model if isinstance(model, Encoder) else load_encoder(), Moderator(model))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--show", choices=day_names(), metavar="DAY")
    options = parser.parse_args(arguments)
    world = _world(options.classifier)
    if options.show:
        part = part_of("days", options.show)
        chosen = (
            world.part(part)
            if part == "train"
            else [world.measured(read_day_file(options.show), (fitted_weights(True), fitted_weights(False)))]
        )
        print(next(readable(each.digest, each.day) for each in chosen if each.day.name == options.show))
        return
    found = tables(world)
    if options.speed:
        found["Speed"] = speed(world.encoder)
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        publish("threads", "\n".join(show(title, table) for title, table in found.items()))


if __name__ == "__main__":
    main()
