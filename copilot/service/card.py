"""Everything that a moderator sees of one case at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from copilot.charter import Charter
from copilot.policy import CLEAN_RECORD, Bands, Policy, Standing, standing, strikes
from copilot.policy.measures import DEFAULT_MUTE, ORDERED
from copilot.ports import Claim, Membership, Store, UnitOfWork, Waiting
from copilot.service import letters
from copilot.service.charters import Charters
from copilot.service.queue import belonging
from copilot.service.review import CaseFile
from copilot.service.standings import MEMORY
from copilot.text import text_views
from copilot.text.copies import fingerprint
from copilot.types import Case, Community, Measure, Message, Precedent, Resolution, Span

LookUp = Callable[[str, str], Sequence[tuple[Precedent, str]]]
"""Finds the decided cases that a text is like in a community, with what was written in them, likest first."""

_AROUND, _PRECEDENTS, _MEASURES = 3, 3, 3
_MOST_COMPARED, _MOST_COPIES = 150, 100


@dataclass(frozen=True, slots=True)
class Copy:
    """An undecided case with the same text, or nearly."""

    case: Case
    same: bool


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it: how long known, where they stand, and the last measures against them, newest first."""

    name: str
    membership: Membership
    standing: Standing
    measures: tuple[Resolution, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One case with all that helps to decide it. `evidence` are merged spans of the typed text."""

    waiting: Waiting
    case: Case
    file: CaseFile
    claim: Claim | None
    evidence: tuple[Span, ...]
    before: tuple[Message, ...]
    after: tuple[Message, ...]
    bands: Bands
    precedents: tuple[tuple[Precedent, str], ...]
    author: Author | None
    copies: tuple[Copy, ...]
    notices: Mapping[Measure, str]


class Cards:
    """Puts cards together."""

    def __init__(self, store: Store, charters: Charters, base: Policy, look_up: LookUp) -> None:
        self._store = store
        self._charters = charters
        self._base = base
        self._look_up = look_up

    def card(self, community_id: str, case_id: int, account: str) -> Card:
        """Return the card of a case; raises NotFound where it isn't in this community's queue."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            waiting = belonging(unit, community_id, case_id, account)
            [case] = unit.cases.get([case_id])
            before, after = unit.surroundings.neighbours(case, _AROUND)
            charter = self._charters.of(unit, [community_id])[community_id]
            held = unit.claims.of([case_id], now)
            file = CaseFile(case, tuple(unit.resolutions.of(case_id)))
            author = self._author(unit, case, charter, now)
            copies = similar(unit, case)
        return Card(
            waiting=waiting,
            case=case,
            file=file,
            claim=held[0] if held else None,
            evidence=evidence(case),
            before=tuple(before),
            after=tuple(after),
            bands=charter.policy.bands_over(self._base),
            precedents=tuple(
                like for like in self._look_up(community_id, case.message.text) if like[0].case_id != case_id
            )[:_PRECEDENTS],
            author=author,
            copies=copies,
            notices=_notices(charter.community, case),
        )

    def copies(self, community_id: str, case_id: int) -> tuple[Copy, ...]:
        """Undecided cases that say the same as this one, without it."""
        with self._store.begin() as unit:
            belonging(unit, community_id, case_id, "")
            [case] = unit.cases.get([case_id])
            return similar(unit, case)

    def _author(self, unit: UnitOfWork, case: Case, charter: Charter, now: datetime) -> Author | None:
        name, community_id = case.message.author, case.message.community or ""
        if not name:
            return None
        decided = unit.resolutions.of_authors(community_id, [name], now - MEMORY)
        record = strikes(decided)
        stands = standing(record, now, charter.policy.half_life_days) if record else CLEAN_RECORD
        measures = [r for c, r in decided if r.measure is not Measure.NONE and c.id != case.id]
        return Author(name, unit.surroundings.membership(community_id, name), stands, tuple(measures[::-1][:_MEASURES]))


def _notices(community: Community, case: Case) -> dict[Measure, str]:
    """What the member would be told with each measure."""
    about = letters.matter(community, case, None)
    minutes = case.assessment.mute_minutes or DEFAULT_MUTE
    drafted = {measure: letters.notice(kind, about, minutes) for measure, kind in ORDERED.items()}
    return {measure: text for measure, text in drafted.items() if text}


def evidence(case: Case) -> tuple[Span, ...]:
    """The typed characters that spoke for what the case is flagged for, overlapping spans joined, in order."""
    assessment = case.assessment
    winning = [s for s in assessment.signals if s.label in assessment.labels] or [
        s for s in assessment.signals if s.label is not None
    ]
    length = len(case.message.text)
    spans = sorted((max(0, start), min(end, length)) for signal in winning for start, end in signal.spans)
    joined: list[Span] = []
    for start, end in spans:
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def similar(unit: UnitOfWork, case: Case) -> tuple[Copy, ...]:
    """Undecided cases of the same community that say the same, exact copies first. A bounded search."""
    asked = fingerprint(text_views(case.message.text))
    community_id = case.message.community or ""
    found = unit.queue.meeting(community_id, asked.keys, _MOST_COMPARED + 1)
    others = unit.cases.get([case_id for case_id in found if case_id != case.id])
    copies = []
    for other in others:
        told = fingerprint(text_views(other.message.text))
        if asked.copies(told):
            copies.append(Copy(other, asked.same(told)))
    return tuple(sorted(copies, key=lambda copy: (not copy.same, -(copy.case.id or 0)))[:_MOST_COPIES])
