"""Appeals: a signed link in the notice, the member's word, another moderator's look, the answer at the same link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeTimedSerializer

from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.policy.assignment import Bench, assignee, may_answer
from copilot.policy.measures import Order
from copilot.ports import BY_MACHINE, Appeal, AppealState, Deed, Store, UnitOfWork
from copilot.service import letters
from copilot.service.ordering import MACHINE, standing
from copilot.service.reports import case_of
from copilot.service.review import resolved, taken_back
from copilot.types import LIBRARY, Case, Community, Decision, Measure, Resolution

LONGEST_TEXT = 1_000
LONGEST_ANSWER = 2_000
OPEN_FOR = timedelta(days=30)
"""How long after it was made a link takes an appeal; what came of one can be read at it afterwards too."""

_MOST = 500


class Door(StrEnum):
    """What a link opens: a form, the state of the appeal, or nothing any more."""

    OPEN = "open"
    FILED = "filed"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a member sees at their link. `ruling` is None where the machine removed by itself."""

    door: Door
    community: Community
    case: Case
    ruling: Resolution | None
    appeal: Appeal | None
    about: letters.Matter


@dataclass(frozen=True, slots=True)
class Brief:
    """An appeal as the one who answers it sees it: the case, what it is against, what stands now, and drafts."""

    appeal: Appeal
    case: Case
    against: Resolution | None
    standing: Resolution | None
    upheld: str
    overturned: str

    @property
    def decided_by(self) -> str:
        """Whose ruling it is against."""
        return self.against.actor if self.against is not None else MACHINE

    @property
    def still_stands(self) -> bool:
        """Whether there is anything left to take back."""
        return burdens(self.case, self.standing)


class Appeals:
    """Links, appeals and their answers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def link(self, case_id: int) -> str:
        """Return a token that lets whoever holds it appeal against what stands about a case.

        Raises NotFound, and Conflict where nothing stands against anybody.
        """
        with self._store.begin() as unit:
            [case] = unit.cases.get([case_id])
            ruling = standing(unit, case_id)
            community_id = case.message.community or ""
            if not community_id or community_id.startswith(LIBRARY) or not burdens(case, ruling):
                raise Conflict("nothing stands here that could be appealed against", param="case")
            return str(_signer(unit).dumps([case_id, ruling.id if ruling is not None else BY_MACHINE]))

    def links(self, orders: Sequence[Order]) -> dict[int, str]:
        """For each order whose ruling can be appealed against, by the order's id, the token for it."""
        with self._store.begin() as unit:
            signer = _signer(unit)
            acting = [order for order in orders if not order.kind.lifting]
            return {order.id: str(signer.dumps([order.case_id, order.ruling or BY_MACHINE])) for order in acting}

    def hear(self, token: str, now: datetime) -> Hearing:
        """Return what a link opens; raises NotFound for one that is not ours."""
        with self._store.begin() as unit:
            return _hearing(unit, token, now)

    def file(self, token: str, text: str, bench: Bench, now: datetime) -> Appeal:
        """Keep an appeal; the same link twice changes nothing. Raises NotFound, InvalidInput, and Conflict."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise InvalidInput("say why you think that it was wrong", param="text")
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"an appeal has at most {LONGEST_TEXT} characters", param="text")
        with self._store.begin() as unit:
            heard = _hearing(unit, token, now)
            if heard.appeal is not None:
                return heard.appeal
            if heard.door is not Door.OPEN:
                raise Conflict("this link takes no appeal any more", param="token")
            ruling = heard.ruling
            decided_by = ruling.actor if ruling is not None else MACHINE
            community_id = heard.community.id
            appeal = Appeal(
                case_id=heard.case.id or 0,
                ruling=(ruling.id or 0) if ruling is not None else BY_MACHINE,
                text=text,
                filed_at=now,
                assignee=assignee(bench, decided_by, unit.appeals.loads(community_id)),
            )
            kept = replace(appeal, id=unit.appeals.add(appeal))
            after = {"case": appeal.case_id, "ruling": appeal.ruling, "assignee": appeal.assignee}
            unit.audit.add(Deed("member", "appeal.file", community_id, f"appeal:{kept.id}", after=after), now)
            return kept

    def waiting(self, community_id: str) -> list[Brief]:
        """Appeals that nobody has answered, oldest first."""
        with self._store.begin() as unit:
            community = unit.communities.get(community_id)
            return [_brief(unit, community, appeal) for appeal in unit.appeals.waiting(community_id, _MOST)]

    def answered(self, community_id: str, limit: int = 50) -> list[Appeal]:
        """The appeals answered last, newest first."""
        with self._store.begin() as unit:
            return unit.appeals.answered(community_id, limit)

    def counts(self, community_id: str) -> tuple[int, int]:
        """How many appeals, and how many reports, wait."""
        with self._store.begin() as unit:
            return unit.appeals.count_waiting(community_id), unit.reports.count_waiting(community_id)

    def look(self, community_id: str, appeal_id: int, actor: str, bench: Bench) -> Brief:
        """Open an appeal to answer it; the member reads that somebody is looking. Raises NotFound and Conflict."""
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            brief = _own(unit, community_id, appeal_id)
            _may(brief, actor, bench)
            if brief.appeal.answered:
                raise Conflict("this appeal is answered already", param="appeal")
            taken = replace(brief.appeal, state=AppealState.LOOKING, assignee=actor, looked_at=now)
            if (brief.appeal.state, brief.appeal.assignee) != (taken.state, taken.assignee):
                unit.appeals.change(taken)
                before, after = {"assignee": brief.appeal.assignee}, {"assignee": actor}
                unit.audit.add(
                    Deed(actor, "appeal.look", community_id, f"appeal:{appeal_id}", before=before, after=after), now
                )
            return replace(brief, appeal=taken)

    def brief(self, community_id: str, appeal_id: int) -> Brief:
        """Return an appeal of this community with what it is about; raises NotFound."""
        with self._store.begin() as unit:
            return _own(unit, community_id, appeal_id)

    def answer(
        self, community_id: str, appeal_id: int, outcome: AppealState, text: str, actor: str, bench: Bench
    ) -> Appeal:
        """Answer an appeal: the ruling stands (`upheld`) or is taken back with everything it led to (`overturned`).

        Raises NotFound, InvalidInput, and Conflict where it is answered already or the actor decided it themselves.
        """
        text = text.replace("\r\n", "\n").strip()
        if outcome not in (AppealState.UPHELD, AppealState.OVERTURNED):
            raise InvalidInput("an appeal is upheld or overturned", param="outcome")
        if not 1 <= len(text) <= LONGEST_ANSWER:
            raise InvalidInput(f"an answer has 1 to {LONGEST_ANSWER} characters", param="text")
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            unit.resolutions.turn()
            brief = _own(unit, community_id, appeal_id)
            _may(brief, actor, bench)
            if brief.appeal.answered:
                raise Conflict("this appeal is answered already", param="appeal")
            if outcome is AppealState.OVERTURNED:
                _overturn(unit, brief, actor)
            answered = replace(
                brief.appeal,
                state=outcome,
                looked_at=brief.appeal.looked_at or now,
                answer=text,
                answered_by=actor,
                answered_at=now,
            )
            unit.appeals.change(answered)
            before, after = {"state": brief.appeal.state.value}, {"state": outcome.value, "case": brief.appeal.case_id}
            verb = "uphold" if outcome is AppealState.UPHELD else "overturn"
            unit.audit.add(
                Deed(actor, f"appeal.{verb}", community_id, f"appeal:{appeal_id}", before=before, after=after), now
            )
            return answered


def burdens(case: Case, ruling: Resolution | None) -> bool:
    """Whether what stands about a case was to anybody's disadvantage."""
    if ruling is None:
        return case.assessment.decision is Decision.REMOVE
    if ruling.decision is Decision.ALLOW:
        return False
    return ruling.decision is Decision.REMOVE or ruling.measure is not Measure.NONE


def _signer(unit: UnitOfWork) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(unit.appeals.secret(), salt="appeal")


def _hearing(unit: UnitOfWork, token: str, now: datetime) -> Hearing:
    try:
        (case_id, ruling_id), made_at = _signer(unit).loads(token.encode("utf-8", "replace"), return_timestamp=True)
    except BadSignature:
        raise NotFound("this link is not valid", param="token") from None
    [case] = unit.cases.get([case_id])
    community = unit.communities.get(case.message.community or "")
    given = unit.resolutions.of(case_id)
    ruling = next((r for r in given if r.id == ruling_id), None)
    appeal = unit.appeals.against(case_id, ruling_id)
    stands = standing(unit, case_id)
    door = _door(ruling, ruling_id, stands, appeal)
    if door is Door.OPEN and now - made_at > OPEN_FOR:
        door = Door.EXPIRED
    return Hearing(door, community, case, ruling, appeal, letters.matter(community, case, ruling))


def _door(ruling: Resolution | None, ruling_id: int, stands: Resolution | None, appeal: Appeal | None) -> Door:
    if appeal is not None:
        return Door.FILED
    if (stands.id if stands is not None else BY_MACHINE) == ruling_id:
        return Door.OPEN
    allowed = stands is not None and stands.decision is Decision.ALLOW
    withdrawn = ruling is not None and ruling.undone_at is not None
    return Door.TAKEN_BACK if allowed or withdrawn else Door.REPLACED


def _own(unit: UnitOfWork, community_id: str, appeal_id: int) -> Brief:
    appeal = unit.appeals.get(appeal_id)
    case_of(unit, community_id, appeal.case_id)
    return _brief(unit, unit.communities.get(community_id), appeal)


def _brief(unit: UnitOfWork, community: Community, appeal: Appeal) -> Brief:
    [case] = unit.cases.get([appeal.case_id])
    against = next((r for r in unit.resolutions.of(appeal.case_id) if r.id == appeal.ruling), None)
    about = letters.matter(community, case, against)
    by_another = against is None or appeal.assignee != against.actor
    return Brief(
        appeal,
        case,
        against,
        standing(unit, appeal.case_id),
        letters.appeal_upheld(about, by_another=by_another),
        letters.apology(about),
    )


def _may(brief: Brief, actor: str, bench: Bench) -> None:
    if not may_answer(actor, brief.decided_by, bench):
        raise Conflict("somebody else has to look at an appeal against your own decision", param="appeal")


def _overturn(unit: UnitOfWork, brief: Brief, actor: str) -> None:
    """Take the ruling back and let the message stand as allowed, so that it does not wait for a decision again."""
    if not brief.still_stands:
        return
    stands = brief.standing
    community = unit.communities.get(brief.case.message.community or "")
    if stands is not None and stands.id is not None:
        taken_back(unit, stands.id, actor, follow=False)
    reason = letters.overturned(letters.spoken_in(community), brief.appeal.id)
    resolved(unit, brief.case, Decision.ALLOW, (), measure=Measure.NONE, actor=actor, reason=reason)
