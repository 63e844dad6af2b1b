"""What is wrong with the corpus: every folder against its schema, ids, references and splits."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from copilot.types import Label
from training.sources import CORPUS

MESSAGE_LABELS = {label.value for label in Label} - {Label.OFF_TOPIC.value}
SLICES = {"clean", "hard_negative", "plain", "cloaked"}
REGISTERS = {"young", "old", "formal", "dialect", "mixed_english", "traditional", "plain"}
CLOAKS = frozenset(
    (
        "fullwidth traditional homophone lookalike split pinyin initials emoji digits separators zero_width "
        "leet reversed line_split image_speak"
    ).split()
)

Record = dict[str, Any]


def records(path: Path) -> list[Record]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def messages() -> list[Record]:
    """Return every message with its batch."""
    return [{**r, "batch": p.stem} for p in sorted((CORPUS / "messages").glob("*.jsonl")) for r in records(p)]


def problems() -> list[str]:
    """Return what is wrong with the corpus, in sentences; empty where it is valid."""
    return [
        *_message_problems(),
        *_off_topic_problems(),
        *_rule_problems(),
        *_case_problems(),
        *_rumor_problems(),
        *_day_problems(),
        *_profile_problems(),
        *_split_problems(),
    ]


def _message_problems() -> Iterator[str]:
    rows = messages()
    yield from _repeated("message id", [r["id"] for r in rows])
    for row in rows:
        harmful = bool(row["labels"])
        wrong = [
            name
            for name, bad in (
                ("labels", bool(set(row["labels"]) - MESSAGE_LABELS)),
                ("slice", row["slice"] not in SLICES or harmful != (row["slice"] in ("plain", "cloaked"))),
                ("register", row["register"] not in REGISTERS),
                ("cloak", bool(set(row["cloak"]) - CLOAKS)),
                ("text", not row["text"].strip()),
                ("community", not row["community"]),
            )
            if bad
        ]
        if wrong:
            yield f"message {row['id']}: {', '.join(wrong)}"


def _off_topic_problems() -> Iterator[str]:
    rows = [r for p in sorted((CORPUS / "off_topic").glob("*.jsonl")) for r in records(p)]
    yield from _repeated("off-topic id", [r["id"] for r in rows])
    for row in rows:
        if row["verdict"] not in ("on_topic", "off_topic", "small_talk") or not row["theme"] or not row["text"].strip():
            yield f"off-topic row {row['id']}"


def _rule_problems() -> Iterator[str]:
    numbers: dict[str, set[int]] = {}
    for path in sorted((CORPUS / "rules").glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        numbers[document["id"]] = {clause["number"] for clause in document["clauses"]}
        for clause in document["clauses"]:
            if clause["kind"] not in ("forbid", "allow", "inform") or set(clause["labels"]) - {
                label.value for label in Label
            }:
                yield f"rules {document['id']}, clause {clause['number']}"
    for row in (row for path in sorted((CORPUS / "rules").glob("pairs*.jsonl")) for row in records(path)):
        if row["clause"] is not None and row["clause"] not in numbers.get(row["rules"], set()):
            yield f"pair {row['id']} names no clause of {row['rules']}"


def _case_problems() -> Iterator[str]:
    families = [r for p in sorted((CORPUS / "cases").glob("*.jsonl")) for r in records(p)]
    yield from _repeated("family", [f["family"] for f in families])
    for family in families:
        if not 3 <= len(family["members"]) <= 8 or not family["look_alikes"]:
            yield f"family {family['family']} has {len(family['members'])} members"
        if (family["decision"] == "allow") != (family["label"] is None):
            yield f"family {family['family']}: decision and label disagree"


def _rumor_problems() -> Iterator[str]:
    for path in sorted((CORPUS / "rumors").glob("*.jsonl")):
        for row in records(path):
            if (
                row["verdict"] not in ("false", "misleading", "outdated", "true")
                or not 2 <= len(row["retellings"]) <= 4
            ):
                yield f"rumour {row['id']}"


def _day_problems() -> Iterator[str]:
    for path in sorted((CORPUS / "days").glob("*.jsonl")):
        header, *rows = records(path)
        ids = {row["id"] for row in rows}
        if {"community", "theme", "date", "thin"} - set(header) or len(ids) != len(rows):
            yield f"day {path.stem}: header or ids"
        gold = json.loads(path.with_name(f"{path.stem}.gold.json").read_text("utf-8"))
        named = (
            [i for thread in gold["threads"] for i in thread["messages"]]
            + gold["key_sentences"]
            + gold["open_questions"]
        )
        named += [r["reply_to"] for r in rows if r.get("reply_to")]
        if set(named) - ids:
            yield f"day {path.stem} names messages that are not there: {sorted(set(named) - ids)[:3]}"


def _profile_problems() -> Iterator[str]:
    profiles = {p["id"] for p in records(CORPUS / "profiles" / "profiles.jsonl")}
    for topic in records(CORPUS / "profiles" / "topics.jsonl"):
        if topic["profile"] not in profiles:
            yield f"topic of an unknown profile: {topic['profile']}"


def _split_problems() -> Iterator[str]:
    for folder, parts in tomllib.loads((CORPUS / "splits.toml").read_text("utf-8")).items():
        there = {path.name.split(".")[0] for path in (CORPUS / folder).iterdir()}
        for name, batches in parts.items():
            if set(batches) - there:
                yield f"splits.toml: {folder}.{name} names {sorted(set(batches) - there)}"


def _repeated(what: str, values: Sequence[str]) -> Iterator[str]:
    yield from (f"{what} {value} occurs {count} times" for value, count in Counter(values).items() if count > 1)
