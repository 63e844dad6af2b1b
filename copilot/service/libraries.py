"""Shared libraries of known rumours and schemes, which communities subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from copilot.ports import Store
from copilot.types import LIBRARY, Assessment, Case, Decision, Label, Measure, Message, Resolution, Versions

_VERSIONS = Versions(model="library", policy="library")


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text that is known, how it was decided, and why. `labels` are none for a known harmless one."""

    text: str
    labels: tuple[Label, ...]
    reason: str = ""


class Libraries:
    """Puts known texts where the index of precedents finds them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, name: str, known: Iterable[KnownText]) -> int:
        """Add texts to a library; those it has already are left as they are. Returns how many were new."""
        now = datetime.now(UTC)
        unique = list({entry.text: entry for entry in known}.values())
        cases = [_case(name, entry, now) for entry in unique]
        with self._store.begin() as unit:
            kept = unit.cases.kept([case.message for case in cases])
            new = [i for i, before in enumerate(kept) if before is None]
            for i, case_id in zip(new, unit.cases.add([cases[i] for i in new]), strict=True):
                verdict = cases[i].assessment
                reason = unique[i].reason
                unit.resolutions.add(
                    Resolution(case_id, verdict.decision, verdict.labels, Measure.NONE, LIBRARY + name, reason, now)
                )
        return len(new)

    def sizes(self) -> dict[str, int]:
        """The libraries that hold something, with how many texts each."""
        with self._store.begin() as unit:
            return unit.cases.libraries()


def _case(name: str, known: KnownText, now: datetime) -> Case:
    digest = hashlib.sha256(known.text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    decision = Decision.REVIEW if known.labels else Decision.ALLOW
    assessment = Assessment(digest, decision, Measure.NONE, known.labels, {}, (), _VERSIONS)
    return Case(Message(digest, known.text, LIBRARY + name), assessment, now)
