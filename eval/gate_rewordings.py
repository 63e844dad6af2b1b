"""Sentences as a language model would write them over given facts: faithful ones, and ones that are subtly not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from copilot.drafting.facts import day_fact
from copilot.drafting.types import Draft, Fact, Kind, Line, Origin, Sentence, Tone

REWORDINGS = Path(__file__).with_name("gate_rewordings.jsonl")


@dataclass(frozen=True, slots=True)
class Rewording:
    """A sentence over facts. `half` is `tune` or `held`; `kind` says in which way an unfaithful one is wrong."""

    draft: Draft
    half: str
    faithful: bool
    kind: str


def rewordings() -> list[Rewording]:
    """Return all rewordings, each as a draft of one sentence that cites every message of its bundle."""
    found = []
    for line in REWORDINGS.read_text("utf-8").splitlines():
        raw = json.loads(line)
        on = date.fromisoformat(raw["on"])
        facts = tuple(
            Fact(f"message:{i}", Origin.MESSAGE, said["text"], said["by"], datetime.fromisoformat(said["at"]))
            for i, said in enumerate(raw["facts"])
        )
        others = tuple(Fact(f"member:{name}", Origin.MEMBER, name, name) for name in raw["others"])
        sentence = Sentence(raw["text"], tuple(fact.id for fact in facts))
        day = day_fact(on, raw["language"])
        draft = Draft(
            Kind.BRIEFING,
            "rewordings",
            raw["language"],
            Tone.PLAIN,
            (Line((sentence,)),),
            (*facts, *others, day),
            "a language model",
        )
        found.append(Rewording(draft, raw["half"], raw["faithful"], raw["kind"]))
    return found
