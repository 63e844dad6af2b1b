"""Between the domain's objects and the tables' rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from copilot.adapters.sql.rules import clause_json, to_clause
from copilot.policy.spot_checks import suspicion
from copilot.types import (
    Assessment,
    Case,
    CitedClause,
    Community,
    Decision,
    Label,
    Likeness,
    Measure,
    Message,
    Precedent,
    Reason,
    Resolution,
    ShadowVerdict,
    Signal,
    Versions,
)

Row = Mapping[str, Any]

JOINED = "resolution_"
"""Stands before the names of a resolution's columns where they stand beside those of its case."""

_LISTS = ("allow_keywords", "deny_keywords", "allow_domains", "deny_domains", "on_topic_examples", "libraries")


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
        "time_zone": community.time_zone,
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
        time_zone=row["time_zone"],
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
        "roles": list(message.roles),
        "clauses": [_cited_json(cited) for cited in assessment.clauses],
        "precedents": [_precedent_json(precedent) for precedent in assessment.precedents],
        "model_scores": {label.value: score for label, score in assessment.model_scores.items()},
        "mute_minutes": assessment.mute_minutes,
        "would_remove": assessment.would_remove,
        "shadow": None if assessment.shadow is None else _shadow_json(assessment.shadow),
        "suspicion": suspicion(assessment.scores),
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
        roles=tuple(row["roles"]),
    )


def to_case(row: Row) -> Case:
    """The case a row holds."""
    assessment = Assessment(
        message_id=row["message_id"],
        decision=Decision(row["decision"]),
        measure=Measure(row["measure"]),
        labels=tuple(Label(label) for label in row["labels"]),
        scores={Label(label): score for label, score in row["scores"].items()},
        signals=tuple(to_signal(signal) for signal in row["signals"]),
        versions=Versions(**row["versions"]),
        clauses=tuple(_to_cited(cited) for cited in row["clauses"]),
        precedents=tuple(_to_precedent(precedent) for precedent in row["precedents"]),
        model_scores={Label(label): score for label, score in row["model_scores"].items()},
        mute_minutes=row["mute_minutes"],
        would_remove=row["would_remove"],
        shadow=None if row["shadow"] is None else _to_shadow(row["shadow"]),
    )
    return Case(to_message(row), assessment, row["received_at"], row["id"], erased_at=row["erased_at"])


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


def to_signal(value: Mapping[str, Any]) -> Signal:
    """The signal that a JSON value holds."""
    return Signal(
        source=value["source"],
        label=Label(value["label"]) if value["label"] else None,
        score=value["score"],
        reason=Reason(value["zh"], value["en"]),
        spans=tuple((start, end) for start, end in value["spans"]),
        kind=value["kind"],
    )


def _cited_json(cited: CitedClause) -> dict[str, Any]:
    return {
        "version": cited.version,
        "clause": clause_json(cited.clause),
        "confidence": cited.confidence,
        "zh": cited.reason.zh,
        "en": cited.reason.en,
        "lifts": [label.value for label in cited.lifts],
    }


def _to_cited(value: Mapping[str, Any]) -> CitedClause:
    reason = Reason(value["zh"], value["en"])
    lifts = tuple(Label(name) for name in value.get("lifts", ()))
    return CitedClause(value["version"], to_clause(value["clause"]), value["confidence"], reason, lifts)


def _precedent_json(precedent: Precedent) -> dict[str, Any]:
    return {
        "case_id": precedent.case_id,
        "community": precedent.community,
        "decision": precedent.decision.value,
        "labels": [label.value for label in precedent.labels],
        "similarity": precedent.similarity,
        "likeness": precedent.likeness.value,
    }


def _to_precedent(value: Mapping[str, Any]) -> Precedent:
    return Precedent(
        case_id=value["case_id"],
        community=value["community"],
        decision=Decision(value["decision"]),
        labels=tuple(Label(label) for label in value["labels"]),
        similarity=value["similarity"],
        likeness=Likeness(value["likeness"]),
    )


def _shadow_json(shadow: ShadowVerdict) -> dict[str, Any]:
    return {
        "rules": shadow.rules,
        "policy": shadow.policy,
        "decision": shadow.decision.value,
        "labels": [label.value for label in shadow.labels],
    }


def _to_shadow(value: Mapping[str, Any]) -> ShadowVerdict:
    labels = tuple(Label(label) for label in value["labels"])
    return ShadowVerdict(value["rules"], value["policy"], Decision(value["decision"]), labels)


def resolution_row(resolution: Resolution) -> dict[str, Any]:
    """Columns of a resolution, but for its id."""
    return {
        "case_id": resolution.case_id,
        "decision": resolution.decision.value,
        "labels": [label.value for label in resolution.labels],
        "measure": resolution.measure.value,
        "actor": resolution.actor,
        "reason": resolution.reason,
        "decided_at": resolution.decided_at,
        "mute_minutes": resolution.mute_minutes,
    }


def to_resolution(row: Row, undone_at: datetime | None = None, undone_by: str | None = None) -> Resolution:
    """The resolution a row holds."""
    return Resolution(
        case_id=row["case_id"],
        decision=Decision(row["decision"]),
        labels=tuple(Label(label) for label in row["labels"]),
        measure=Measure(row["measure"]),
        actor=row["actor"],
        reason=row["reason"],
        decided_at=row["decided_at"],
        id=row["id"],
        undone_at=undone_at,
        undone_by=undone_by,
        mute_minutes=row["mute_minutes"],
    )


def joined_resolution(row: Row) -> Resolution | None:
    """The resolution beside a case, if any."""
    own = {name.removeprefix(JOINED): value for name, value in row.items() if name.startswith(JOINED)}
    return to_resolution(own) if own["id"] is not None else None
