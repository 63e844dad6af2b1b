"""Does the gate catch what is wrong with a draft, and let good drafts pass?

    python -m eval.gate                  # the test days; --part dev or train while developing
    python -m eval.gate --no-judge       # without the classifiers, which take most of the time
    python -m eval.gate --misses         # also list what went wrong

Drafts of every kind are composed in Chinese and English, in all tones, over the annotated days and the starter rules.
Each must pass as it is; then each that does is corrupted in many ways (`eval.mutations`), one at a time, and must be
stopped. A corrupted draft is tried twice: as the composer's, whose every word must be a phrase or a fact's, and as a
language model's.
The rewordings are sentences written by hand as a language model would write them; half of them chose the thresholds.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from copilot.drafting.fitting import CHANNELS
from copilot.drafting.gate import Judge, check
from copilot.drafting.types import Draft
from copilot.moderator import Moderator
from copilot.types import Message
from eval.gate_drafts import drafts
from eval.gate_rewordings import rewordings
from eval.metrics import share, wilson
from eval.mutations import MUTATIONS
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier

PARTS = ("train", "dev", "test")
WRITERS = ("composer/1", "a language model")
_CHANNEL = CHANNELS["plain"]
_DOMAINS = ("example.org",)


def stopped(draft: Draft, judge: Judge | None) -> bool:
    """Whether the gate objects to a draft."""
    return bool(check(draft, channel=_CHANNEL, allowed_domains=_DOMAINS, judge=judge))


def untouched(found: Sequence[Draft], judge: Judge | None) -> list[dict[str, object]]:
    """Return per kind and language how many drafts pass as they are."""
    passed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for draft in found:
        passed[draft.kind, draft.language].append(not stopped(draft, judge))
    return [
        {"kind": kind, "language": language, "drafts": len(some), "pass": share(np.array(some))}
        for (kind, language), some in sorted(passed.items())
    ] + [_row("all", [one for some in passed.values() for one in some], "drafts", "pass")]


def mutated(found: Sequence[Draft], judge: Judge | None, misses: list[str]) -> list[dict[str, object]]:
    """Return per way of corrupting how many corrupted drafts are stopped, as the composer's and as a model's."""
    table: list[dict[str, object]] = []
    total: dict[str, list[bool]] = defaultdict(list)
    for name, mutate in MUTATIONS.items():
        caught: dict[str, list[bool]] = {writer: [] for writer in WRITERS}
        for i, draft in enumerate(found):
            wrong = mutate(draft, f"{name}|{i}")
            if wrong is None:
                continue
            for writer in WRITERS:
                caught[writer].append(stopped(replace(wrong, written_by=writer), judge))
                if not caught[writer][-1]:
                    misses.append(f"{name} ({writer}): {_difference(draft, wrong)}")
        for writer, some in caught.items():
            total[writer] += some
        table.append(_mutation_row(name, caught))
    return [*table, _mutation_row("all", total)]


def _mutation_row(name: str, caught: dict[str, list[bool]]) -> dict[str, object]:
    composer, model = (np.array(caught[writer]) for writer in WRITERS)
    low, high = wilson(int(model.sum()), len(model)) if len(model) else (0.0, 0.0)
    return {
        "mutation": name,
        "drafts": len(composer),
        "caught, as the composer's": share(composer),
        "caught, as a model's": share(model),
        "interval": f"{low:.3f}-{high:.3f}",
    }


def reworded(misses: list[str]) -> list[dict[str, object]]:
    """Return how many faithful rewordings pass and unfaithful ones are stopped, per half."""
    table = []
    for half in ("tune", "held"):
        for faithful in (True, False):
            right = []
            for one in rewordings():
                if (one.half, one.faithful) == (half, faithful):
                    right.append(stopped(one.draft, None) != faithful)
                    if not right[-1] and half == "tune":
                        misses.append(f"rewording ({one.kind}): {one.draft.text}")
            table.append(
                _row(f"{half}: {'faithful pass' if faithful else 'unfaithful caught'}", right, "sentences", "right")
            )
    return table


def _row(name: str, some: Sequence[bool], counted: str, measured: str) -> dict[str, object]:
    low, high = wilson(sum(some), len(some))
    return {"kind": name, counted: len(some), measured: share(np.array(some)), "interval": f"{low:.3f}-{high:.3f}"}


def _difference(draft: Draft, wrong: Draft) -> str:
    """Return the lines in which two drafts differ."""
    before, after = ([line.text for line in d.lines] for d in (draft, wrong))
    return " | ".join(line for line in after if line not in before) or "(the facts cited)"


def classifiers() -> Judge:
    """Return a judge of lines by the shipped classifiers."""
    moderator = Moderator(load_classifier(DEFAULT_CLASSIFIER))

    def judge(texts: Sequence[str]) -> list[object]:
        return list(moderator.assess([Message(str(i), text) for i, text in enumerate(texts)]))

    return remembered(judge)  # type: ignore[arg-type]


def remembered(judge: Judge) -> Judge:
    """Return a judge that reads each line once; mutations leave most lines as they are."""
    known: dict[str, object] = {}

    def remembering(texts: Sequence[str]) -> list[object]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, judge(new), strict=True) if new else ())
        return [known[text] for text in texts]

    return remembering  # type: ignore[return-value]


def _sections(part: str, judge: Judge | None, misses: list[str]) -> Iterator[str]:
    found = list(drafts(part, judge))
    yield show(f"Drafts as they are ({part})", untouched(found, judge))
    found = [draft for draft in found if not stopped(draft, judge)]
    yield show(f"Corrupted drafts ({part})", mutated(found, judge, misses))
    yield show("Rewordings by hand", reworded(misses))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, default="test")
    parser.add_argument("--no-judge", action="store_true")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args(arguments)
    misses: list[str] = []
    judge = None if options.no_judge else classifiers()
    text = "\n".join(_sections(options.part, judge, misses))
    if options.part == "test" and judge is not None:
        publish("gate", text)
    else:
        print(text)
    if options.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
