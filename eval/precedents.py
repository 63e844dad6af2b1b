"""Does one decision change the next verdict, for the better only: on case families that nothing was fitted to.

    python -m eval.precedents                # the test families; --part dev while developing
    python -m eval.precedents --misses       # also list what went wrong

Finding: is another member of a text's family among its five nearest, the pool being every family of the corpus with
its look-alikes? Verdicts: a member is decided as its family is, alone in a community; then the other members and the
look-alikes are judged as the product judges them. A near-copy has six tenths of the shorter text's syllables in
order; the others tell the same in other words. Warnings are the look-alikes nobody wrote down: each decided member
passed on whole with a word of warning before or after it. Cost: all members are decided, then ordinary chat is judged.
Families about flooding are left out, since what makes a flood is not in its text.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.moderator import Moderator
from copilot.policy import Policy, Verdict
from copilot.ports import Encoder
from copilot.precedents import NOT_BY_TEXT, adjust
from copilot.text import TextViews, text_views
from copilot.types import DecidedCase, Decision, Label, Message
from eval.quality import publish, show
from eval.similarity import vectors
from models import DEFAULT_CLASSIFIER, load_classifier
from models.precedents.comparison import ORDER, compare
from models.precedents.index import FaissCaseIndex, Floats
from models.precedents.ranking import DEFAULT_RANKING, Ranking
from models.precedents.reading import reading
from models.precedents.segment import Question, Segment
from training.examples import families
from training.sources import CORPUS, corpus_rows, part_of

NEAREST = 5
_NEAR, _SHORTEST = 0.6, 6
"""Share of the shorter text's syllables that a near-copy has in order, and how many these are at the least."""
_HOME = "community"

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Said:
    """A text with what it is: `labels` none where it is allowed."""

    text: str
    decision: Decision
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A scheme's members and what only looks like it."""

    members: tuple[Said, ...]
    look_alikes: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A text with its vector and the product's scores before any precedent."""

    said: Said
    view: TextViews
    vector: Floats
    scores: Mapping[Label, float]


def case_families(part: str) -> list[Family]:
    """Return the case families of one part, but for those about flooding."""
    found = []
    for path in sorted((CORPUS / "cases").glob("*.jsonl")):
        if part_of("cases", path.stem) != part:
            continue
        for line in path.read_text("utf-8").splitlines():
            raw = json.loads(line)
            members = tuple(_said(text, raw) for text in raw["members"])
            if NOT_BY_TEXT.isdisjoint(members[0].labels):
                found.append(Family(members, tuple(_said(other["text"], other) for other in raw["look_alikes"])))
    return found


def _said(text: str, raw: Mapping[str, str | None]) -> Said:
    return Said(text, Decision(raw["decision"]), (Label(raw["label"]),) if raw["label"] else ())


def finding(encoder: Encoder, ranking: Ranking, reference: str, part: str) -> list[Row]:
    """Return how often another member is among the nearest, by vectors, by text, and by both."""
    texts: list[str] = []
    owner: list[int] = []
    asked: list[int] = []
    for name in ("train", "dev", "test"):
        for members, look_alikes in families(name):
            family = max(owner, default=0) + 1
            asked += range(len(texts), len(texts) + len(members)) if name == part else ()
            texts += [*members, *look_alikes]
            owner += [family] * len(members) + [0] * len(look_alikes)
    rows, owners, views = vectors(encoder, texts), np.array(owner), [text_views(text) for text in texts]
    cases = [DecidedCase(i, _HOME, text, Decision.ALLOW, ()) for i, text in enumerate(texts)]
    segment = Segment.of(cases, rows, ranking.rarity)
    unseen = Ranking.load("text", reference)
    hits: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for index in asked:
        question = Question.of(views[index], rows[index])
        kin = np.flatnonzero(owners == owners[index])
        copied = _copied(views[index], (views[i] for i in kin if i != index), ranking)
        listed = segment.postings.likest(question.codes, ranking.rarity, 24)
        alike, _ = segment.compared(question, listed, ranking.rarity)
        by_text = listed[np.argsort(-unseen.probability(alike, np.zeros(len(listed), np.float32)), kind="stable")]
        ways = {
            "vectors alone": segment.vectors.nearest(question.vector, NEAREST + 1, segment.alive),
            "text alone": by_text,
            "both": [found.case_id for found in segment.search(question, _HOME, NEAREST + 1, ranking)],
        }
        for way, nearest in ways.items():
            kept = [int(place) for place in nearest if place != index][:NEAREST]
            right = [bool(owners[place] == owners[index]) for place in kept]
            hits[way].append((copied, bool(right and right[0]), any(right)))
    return [
        {
            "by": way,
            "texts": kind,
            "queries": len(chosen),
            "recall_at_1": float(np.mean([first for _, first, _ in chosen])),
            "recall_at_5": float(np.mean([some for _, _, some in chosen])),
        }
        for way, every in hits.items()
        for kind, chosen in (
            ("all", every),
            ("with a near-copy", [hit for hit in every if hit[0]]),
            ("retellings only", [hit for hit in every if not hit[0]]),
        )
    ]


def _copied(asked: TextViews, others: Iterable[TextViews], ranking: Ranking) -> bool:
    """Whether a text shares most syllables, in order, with one of the others."""
    codes = reading(asked)
    for told in map(reading, others):
        [features] = compare(codes, told, np.array([len(told)]), ranking.rarity)
        if features[ORDER] >= _NEAR and min(len(codes), len(told)) >= _SHORTEST:
            return True
    return False


def judged(texts: Sequence[Said], moderator: Moderator, encoder: Encoder) -> list[Judged]:
    """Judge texts as the product does without precedents."""
    assessments = moderator.assess([Message(str(i), said.text) for i, said in enumerate(texts)])
    rows = vectors(encoder, [said.text for said in texts])
    return [
        Judged(said, text_views(said.text), row, assessment.scores)
        for said, row, assessment in zip(texts, rows, assessments, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One text after one decision: what it is to the decided one, and its verdicts before and after."""

    kind: str
    decided: Judged
    text: Judged
    before: Verdict
    after: Verdict

    @property
    def changed(self) -> bool:
        """Whether the precedent made a difference."""
        return (self.before.decision, self.before.labels) != (self.after.decision, self.after.labels)


def right(said: Said, verdict: Verdict) -> bool:
    """Whether a verdict is what people decided: allowed, or flagged with the label."""
    if not said.labels:
        return verdict.decision is Decision.ALLOW
    return verdict.decision is not Decision.ALLOW and said.labels[0] in verdict.labels


def outcomes(
    family: Family, index: Sequence[Judged], ranking: Ranking, policy: Policy, encoder: Encoder
) -> list[Outcome]:
    """Decide each member in turn and judge the rest of its family; `index` holds members, then look-alikes."""
    members, look_alikes = index[: len(family.members)], index[len(family.members) :]
    found = []
    for decided in members:
        others = [(text, "member") for text in members if text is not decided]
        others += [(text, "look-alike") for text in look_alikes]
        known = _index([decided], ranking, encoder)
        precedents = known.search(
            [text.view for text, _ in others], np.stack([text.vector for text, _ in others]), [[_HOME]] * len(others), 5
        )
        for (text, member), precedent in zip(others, precedents, strict=True):
            after = policy.decide(adjust(text.scores, precedent, policy.bands).scores)
            kind = (
                "look-alike"
                if not member
                else "near-copy"
                if _copied(text.view, [decided.view], ranking)
                else "retelling"
            )
            found.append(Outcome(kind, decided, text, policy.decide(text.scores), after))
    return found


def _index(decided: Iterable[Judged], ranking: Ranking, encoder: Encoder) -> FaissCaseIndex:
    index = FaissCaseIndex(encoder.version, encoder.dim, ranking)
    cases = list(decided)
    index.add(
        [DecidedCase(i, _HOME, each.said.text, each.said.decision, each.said.labels) for i, each in enumerate(cases)],
        np.stack([each.vector for each in cases]),
    )
    return index


def transfers(found: Sequence[Outcome]) -> list[Row]:
    """Return how often a verdict is right before and after one decision, and how often it was made wrong."""
    table: list[Row] = []
    groups = {
        "members of flagged families": [o for o in found if o.kind != "look-alike" and o.decided.said.labels],
        "… near-copies": [o for o in found if o.kind == "near-copy" and o.decided.said.labels],
        "… retellings": [o for o in found if o.kind == "retelling" and o.decided.said.labels],
        "members of allowed families": [o for o in found if o.kind != "look-alike" and not o.decided.said.labels],
        "look-alikes": [o for o in found if o.kind == "look-alike"],
    }
    for name, chosen in groups.items():
        if chosen:
            table.append(
                {
                    "after one decision": name,
                    "pairs": len(chosen),
                    "right_before": float(np.mean([right(o.text.said, o.before) for o in chosen])),
                    "right_after": float(np.mean([right(o.text.said, o.after) for o in chosen])),
                    "made_wrong": float(np.mean([o.changed and not right(o.text.said, o.after) for o in chosen])),
                }
            )
    return table


def cost(chat: Sequence[Judged], decided: Sequence[Judged], ranking: Ranking, policy: Policy, encoder: Encoder) -> Row:
    """Return how many verdicts on ordinary chat change where every member of every family is decided."""
    index = _index(decided, ranking, encoder)
    precedents = index.search([c.view for c in chat], np.stack([c.vector for c in chat]), [[_HOME]] * len(chat), 5)
    changed = 0
    for text, found in zip(chat, precedents, strict=True):
        before, after = policy.decide(text.scores), policy.decide(adjust(text.scores, found, policy.bands).scores)
        changed += (before.decision, before.labels) != (after.decision, after.labels)
    return {
        "messages": len(chat),
        "decided cases": len(decided),
        "verdicts changed": changed,
        "share": changed / len(chat),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--ranking", default=DEFAULT_RANKING)
    parser.add_argument("--part", default="test", choices=("dev", "test"))
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args(arguments)
    model = load_classifier(options.classifier)
    if not isinstance(model, Encoder):
        parser.error(f"{options.classifier} gives no vectors")
    ranking = Ranking.load(model.version, options.ranking)
    moderator = Moderator(model)
    chosen = case_families(options.part)
    every = [judged([*f.members, *f.look_alikes], moderator, model) for f in chosen]
    found = [
        outcome
        for family, index in zip(chosen, every, strict=True)
        for outcome in outcomes(family, index, ranking, moderator.policy, model)
    ]
    clean = [Said(row.text, Decision.ALLOW, ()) for row in corpus_rows(options.part) if row.slice == "clean"]
    chat = judged(clean, moderator, model)
    members = [j for family, index in zip(chosen, every, strict=True) for j in index[: len(family.members)]]
    text = "\n".join(
        [
            show(
                f"Finding precedents, {options.part} families", finding(model, ranking, options.ranking, options.part)
            ),
            show(f"Verdicts after one decision, {options.part} families", transfers(found)),
            show("Cost to ordinary chat", [cost(chat, members, ranking, moderator.policy, model)]),
        ]
    )
    publish("precedents", text)
    if options.misses:
        for o in found:
            if o.changed and not right(o.text.said, o.after):
                print(o.kind, o.after.labels, repr(o.decided.said.text), repr(o.text.said.text))


if __name__ == "__main__":
    main()
