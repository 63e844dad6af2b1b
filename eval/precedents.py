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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copilot.moderator import Moderator
from copilot.policy import Policy, Verdict
from copilot.ports import Encoder
from copilot.precedents import NOT_BY_TEXT, adjust
from copilot.text import TextViews, text_views
from copilot.types import DecidedCase, Decision, Label, Message, Precedent
from eval.finding import copied, finding
from eval.quality import publish, show
from eval.similarity import vectors
from models import DEFAULT_CLASSIFIER, load_classifier
from models.precedents.index import FaissCaseIndex, Floats
from models.precedents.ranking import DEFAULT_RANKING, Ranking
from training.sources import CORPUS, corpus_rows, part_of

WARNINGS = (
    "{} 这种都是骗人的",
    "群里又有人发这个：{}",
    "收到一条：{} 这个能信吗",
    "大家看到这个不要理：{}",
    "我妈差点就信了：{}",
)
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


def _said(text: str, raw: Mapping[str, Any]) -> Said:
    return Said(text, Decision(raw["decision"]), (Label(raw["label"]),) if raw["label"] else ())


@dataclass(frozen=True, slots=True)
class World:
    """The product's pieces that judge."""

    moderator: Moderator
    encoder: Encoder
    ranking: Ranking

    @property
    def policy(self) -> Policy:
        """What turns scores into verdicts."""
        return self.moderator.policy

    def judged(self, texts: Sequence[Said]) -> list[Judged]:
        """Judge texts as the product does without precedents."""
        assessments = self.moderator.assess([Message(str(i), said.text) for i, said in enumerate(texts)])
        rows = vectors(self.encoder, [said.text for said in texts])
        return [
            Judged(said, text_views(said.text), row, assessment.scores)
            for said, row, assessment in zip(texts, rows, assessments, strict=True)
        ]

    def judge(self, text: Judged, precedents: Sequence[Precedent]) -> Verdict:
        """Return the verdict with precedents."""
        return self.policy.decide(adjust(text.scores, precedents, self.policy.bands).scores)


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


def warnings_of(family: Family) -> list[list[Said]]:
    """Return for each member the warnings that pass it on whole; what people would allow."""
    return [[Said(form.format(said.text), Decision.ALLOW, ()) for form in WARNINGS] for said in family.members]


def outcomes(decided: Judged, others: Sequence[tuple[str, Judged]], world: World) -> list[Outcome]:
    """Decide one text and judge others, each with its kind."""
    precedents = _index([decided], world).search(
        [text.view for _, text in others], np.stack([text.vector for _, text in others]), [[_HOME]] * len(others), 5
    )
    found = []
    for (kind, text), precedent in zip(others, precedents, strict=True):
        if kind == "member":
            kind = "near-copy" if copied(text.view, [decided.view], world.ranking) else "retelling"
        before, after = world.policy.decide(text.scores), world.judge(text, precedent)
        found.append(Outcome(kind, decided, text, before, after))
    return found


def everything(family: Family, world: World) -> tuple[list[Judged], list[Outcome]]:
    """Decide each member of a family in turn; return the members, and the outcomes for the rest and the warnings."""
    warnings = warnings_of(family) if family.members[0].labels else [[] for _ in family.members]
    texts = [*family.members, *family.look_alikes, *(said for each in warnings for said in each)]
    judged = world.judged(texts)
    count = len(family.members)
    members, look_alikes = judged[:count], judged[count : count + len(family.look_alikes)]
    rest = iter(judged[count + len(family.look_alikes) :])
    found = []
    for decided, own in zip(members, warnings, strict=True):
        others = [("member", text) for text in members if text is not decided]
        others += [("look-alike", text) for text in look_alikes]
        others += [("warning", next(rest)) for _ in own]
        found += outcomes(decided, others, world)
    return members, found


def _index(decided: Sequence[Judged], world: World) -> FaissCaseIndex:
    index = FaissCaseIndex(world.encoder.version, world.encoder.dim, world.ranking)
    index.add(
        [DecidedCase(i, _HOME, each.said.text, each.said.decision, each.said.labels) for i, each in enumerate(decided)],
        np.stack([each.vector for each in decided]),
    )
    return index


def transfers(found: Sequence[Outcome]) -> list[Row]:
    """Return how often a verdict is right before and after one decision, and how often it was made wrong."""
    table: list[Row] = []
    flagged = [o for o in found if o.decided.said.labels]
    groups = {
        "members of flagged families": [o for o in flagged if o.kind in ("near-copy", "retelling")],
        "… near-copies": [o for o in flagged if o.kind == "near-copy"],
        "… retellings": [o for o in flagged if o.kind == "retelling"],
        "members of allowed families": [
            o for o in found if o.kind in ("near-copy", "retelling") and not o.decided.said.labels
        ],
        "look-alikes": [o for o in found if o.kind == "look-alike"],
        "warnings": [o for o in found if o.kind == "warning"],
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


def cost(chat: Sequence[Judged], decided: Sequence[Judged], world: World) -> Row:
    """Return how many verdicts on ordinary chat change where every member of every family is decided."""
    precedents = _index(decided, world).search(
        [text.view for text in chat], np.stack([text.vector for text in chat]), [[_HOME]] * len(chat), 5
    )
    changed = 0
    for text, found in zip(chat, precedents, strict=True):
        before, after = world.policy.decide(text.scores), world.judge(text, found)
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
    world = World(Moderator(model), model, Ranking.load(model.version, options.ranking))
    members: list[Judged] = []
    found: list[Outcome] = []
    for family in case_families(options.part):
        judged, outcomes_of_family = everything(family, world)
        members += judged
        found += outcomes_of_family
    clean = [Said(row.text, Decision.ALLOW, ()) for row in corpus_rows(options.part) if row.slice == "clean"]
    tables = {
        f"Finding precedents, {options.part} families": finding(model, world.ranking, options.ranking, options.part),
        f"Verdicts after one decision, {options.part} families": transfers(found),
        "Cost to ordinary chat": [cost(world.judged(clean), members, world)],
    }
    text = "\n".join(show(title, table) for title, table in tables.items())
    publish("precedents" if options.part == "test" else "precedents-dev", text)
    if options.misses:
        for o in found:
            if o.changed and not right(o.text.said, o.after):
                print(o.kind, [label.value for label in o.after.labels], repr(o.text.said.text))


if __name__ == "__main__":
    main()
