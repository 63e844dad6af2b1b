"""Between the domain's objects and the tables' rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from copilot.types import (
    Assessment,
    Case,
    Community,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Signal,
    Versions,
)

Row = Mapping[str, Any]

_LISTS = ("allow_keywords", "deny_keywords", "allow_domains", "deny_domains", "on_topic_examples")


def digest(text: str) -> bytes:
    """Fingerprint of a text, lone surrogates included."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def community_row(community: Community) -> dict[str, Any]:
    """Columns of a community, but for its revision."""
    return {
        "id": community.id,
        "name": community.name,
        "theme": community.theme,
        "rules": community.rules,
        "commerce": community.commerce,
        "lists": {name: list(getattr(community, name)) for name in _LISTS},
        "updated_at": datetime.now(UTC),
    }


def to_community(row: Row) -> Community:
    """The community a row holds."""
    return Community(
        id=row["id"],
        name=row["name"],
        theme=row["theme"],
        rules=row["rules"],
        commerce=row["commerce"],
        **{name: tuple(row["lists"].get(name, ())) for name in _LISTS},
    )


def case_row(case: Case) -> dict[str, Any]:
    """Columns of a case."""
    message, assessment = case.message, case.assessment
    return {
        "community_id": message.community or "",
        "message_id": message.id,
        "text_digest": digest(message.text),
        "author": message.author,
        "text": message.text,
        "quoted": message.quoted,
        "sent_at": message.sent_at,
        "reply_to": message.reply_to,
        "received_at": case.received_at,
        "decision": assessment.decision.value,
        "measure": assessment.measure.value,
        "labels": [label.value for label in assessment.labels],
        "scores": {label.value: score for label, score in assessment.scores.items()},
        "signals": [_signal_json(signal) for signal in assessment.signals],
        "versions": {
            "model": assessment.versions.model,
            "policy": assessment.versions.policy,
            "rules": assessment.versions.rules,
        },
    }


def to_message(row: Row) -> Message:
    """The message a case's row holds."""
    return Message(
        id=row["message_id"],
        text=row["text"],
        community=row["community_id"] or None,
        author=row["author"],
        quoted=row["quoted"],
        sent_at=row["sent_at"],
        reply_to=row["reply_to"],
    )


def to_case(row: Row) -> Case:
    """The case a row holds."""
    assessment = Assessment(
        message_id=row["message_id"],
        decision=Decision(row["decision"]),
        measure=Measure(row["measure"]),
        labels=tuple(Label(label) for label in row["labels"]),
        scores={Label(label): score for label, score in row["scores"].items()},
        signals=tuple(_to_signal(signal) for signal in row["signals"]),
        versions=Versions(**row["versions"]),
    )
    return Case(to_message(row), assessment, row["received_at"])


def _signal_json(signal: Signal) -> dict[str, Any]:
    return {
        "source": signal.source,
        "label": signal.label.value if signal.label else None,
        "score": signal.score,
        "zh": signal.reason.zh,
        "en": signal.reason.en,
        "spans": [list(span) for span in signal.spans],
        "kind": signal.kind,
    }


def _to_signal(value: Mapping[str, Any]) -> Signal:
    return Signal(
        source=value["source"],
        label=Label(value["label"]) if value["label"] else None,
        score=value["score"],
        reason=Reason(value["zh"], value["en"]),
        spans=tuple((start, end) for start, end in value["spans"]),
        kind=value["kind"],
    )
