"""The use cases: classify, keep, and look after communities. The one place that persists."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from copilot.charter import Charter
from copilot.errors import Conflict
from copilot.moderator import Moderator, worth_showing
from copilot.policy.breaker import Breaker
from copilot.policy.drift import Watch
from copilot.policy.reference import Reference
from copilot.policy.risk import Choice, Tally
from copilot.ports import SYSTEM, Deed, Learner, State, Store, UnitOfWork
from copilot.rules import read_rules
from copilot.service.appeals import Appeals
from copilot.service.audit import Audit
from copilot.service.card import Cards
from copilot.service.charters import Charters, LoadCalibration, no_calibration
from copilot.service.content import Content, Tools
from copilot.service.deciding import Deciding
from copilot.service.dossiers import Dossiers
from copilot.service.erasure import Eraser
from copilot.service.learning import Learning, no_learner
from copilot.service.libraries import Libraries
from copilot.service.measures import Measures
from copilot.service.notes import Notes
from copilot.service.ordering import order_automatic
from copilot.service.outlook import Outlook
from copilot.service.policies import Policies
from copilot.service.precedents import PrecedentKeeper
from copilot.service.queue import Queue, enqueue
from copilot.service.replays import Replays
from copilot.service.reports import Reports
from copilot.service.review import Review
from copilot.service.rulebook import Rulebook, put_rules
from copilot.service.safeguard import Safeguard, held_back
from copilot.service.standings import standings
from copilot.service.thresholds import Thresholds
from copilot.service.trust import Trust
from copilot.signals.flood import FloodWindow
from copilot.types import Assessment, Case, CitedClause, Community, Label, Message, Precedent

_ATTEMPTS = 3
_SHOWN = 5
"""Precedents that are looked up for a card."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is like one text: decided cases with what was written in them, and clauses."""

    precedents: tuple[Precedent, ...]
    texts: tuple[str, ...]
    clauses: tuple[CitedClause, ...]


@dataclass(frozen=True, slots=True)
class AutomaticState:
    """From which scores a community's messages go by themselves, what that rests on, and whether it is paused."""

    removal: Mapping[Label, float]
    choice: Choice
    breaker: Breaker
    watch: Watch


class Service:
    """Everything the outside may ask for. Safe to call from several threads."""

    def __init__(
        self,
        store: Store,
        moderator: Moderator,
        keeper: PrecedentKeeper[Any] | None = None,
        load_calibration: LoadCalibration = no_calibration,
        learner: Learner = no_learner,
        reference: Reference | None = None,
        refresh_index: Callable[[], None] = lambda: None,
        tools: Tools | None = None,
    ) -> None:
        self._store = store
        self._moderator = moderator
        self._keeper = keeper
        self._charters = Charters(load_calibration)
        base, model = moderator.policy, moderator.versions.model
        self.thresholds = Thresholds(base, model, reference)
        self.replays = Replays(store, self._charters, self.thresholds, moderator)
        self.outlook = Outlook(store, self._charters, self.thresholds, base)
        self.learning = Learning(store, self._charters, learner, base, model)
        self.review = Review(store)
        self.rulebook = Rulebook(store)
        self.policies = Policies(store)
        self.safeguard = Safeguard(store, self.thresholds)
        self.libraries = Libraries(store)
        self.queue = Queue(store)
        self.deciding = Deciding(store)
        self.cards = Cards(store, self._charters, base, self._look_up)
        self.measures = Measures(store)
        self.reports = Reports(store, self.ingest)
        self.appeals = Appeals(store)
        self.notes = Notes(store)
        self.dossiers = Dossiers(store, base)
        self.audit = Audit(store)
        self.eraser = Eraser(store, refresh_index)
        self.trust = Trust(store)
        self.content = Content(store, self.assess, self.ingest, tools)
        self._window = FloodWindow()
        self._warm: set[str] = set()
        self._lock = threading.Lock()

    @property
    def moderator(self) -> Moderator:
        """The moderator that assesses."""
        return self._moderator

    def assess(self, messages: Sequence[Message], *, explain: bool = False) -> list[Assessment]:
        """Judge messages and keep nothing; they don't count as having been said."""
        if not any(message.community for message in messages):
            return self._moderator.assess(messages, explain=explain)  # needs no database, and survives its loss
        with self._store.begin() as unit:
            known = self._in_force(unit, messages)
        return self._moderator.assess(messages, known, explain=explain)

    def compare(self, message: Message, change: Callable[[Charter], Charter]) -> tuple[Assessment, Assessment]:
        """Judge a community's message by what is in force and by what `change` makes of it; raises NotFound."""
        with self._store.begin() as unit:
            known = self._in_force(unit, [message])
        changed = {community_id: change(charter) for community_id, charter in known.items()}
        [now], [then] = (self._moderator.assess([message], charters, explain=True) for charters in (known, changed))
        return now, then

    def ingest(self, messages: Sequence[Message], *, explain: bool = False) -> list[Case]:
        """Judge messages and keep them in one transaction; returns cases in input order.

        Idempotent on (community, message id, text): a repeated delivery returns the case that was
        kept first, marked `duplicate`. The same id with another text is an edit and judged afresh.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return self._ingest(messages, explain)
            except Conflict:  # another process kept one of them between our look and our commit
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _ingest(self, messages: Sequence[Message], explain: bool) -> list[Case]:
        now = datetime.now(UTC)
        with self._store.begin() as unit:
            known = self._in_force(unit, messages)
            for community_id in known:
                self._warm_up(unit, community_id, now)
            cases = unit.cases.kept(messages)
            fresh: dict[tuple[str | None, str, str], int] = {}
            for index, message in enumerate(messages):
                if cases[index] is None:
                    fresh.setdefault(_identity(message), index)
            new = [replace(messages[i], sent_at=messages[i].sent_at or now) for i in fresh.values()]
            with self._lock:
                repeats = [self._window.observe(message) for message in new]
            where = standings(unit, known, new, now)
            assessments = self._moderator.assess(new, known, repeats, where, explain=explain)
            assessments = held_back(unit, known, new, assessments, now)
            new_cases = [Case(message, assessment, now) for message, assessment in zip(new, assessments, strict=True)]
            kept = {
                _identity(case.message): replace(case, id=case_id)
                for case, case_id in zip(new_cases, unit.cases.add(new_cases), strict=True)
            }
            enqueue(unit, list(kept.values()))
            order_automatic(unit, known, list(kept.values()), now)
        return [
            replace(case, duplicate=True)
            if case is not None
            else replace(kept[_identity(message)], duplicate=fresh[_identity(message)] != index)
            for index, (message, case) in enumerate(zip(messages, cases, strict=True))
        ]

    def _in_force(self, unit: UnitOfWork, messages: Sequence[Message]) -> dict[str, Charter]:
        """The charters of the communities named, with the index of precedents up to date."""
        if self._keeper is not None:
            self._keeper.catch_up(unit)
        named = {message.community for message in messages if message.community}
        now = datetime.now(UTC)
        return {
            community_id: self.thresholds.fitted(unit, charter, now)
            for community_id, charter in self._charters.of(unit, named).items()
        }

    def search(self, community_id: str, texts: Sequence[str], k: int) -> list[Found]:
        """Return for each text the decided cases it is like, with their texts, and the clauses it falls under.

        Only the community's own cases and the libraries it subscribes to are looked at. Raises NotFound.
        """
        with self._store.begin() as unit:
            if self._keeper is not None:
                self._keeper.catch_up(unit)
            charter = self._charters.of(unit, [community_id])[community_id]
        looked_up = self._moderator.look_up(texts, charter, k)
        written = self.review.texts(sorted({p.case_id for precedents, _ in looked_up for p in precedents}))
        return [
            Found(tuple(precedents), tuple(written[p.case_id] for p in precedents), assessment.clauses)
            for precedents, assessment in looked_up
        ]

    def _look_up(self, community_id: str, text: str) -> list[tuple[Precedent, str]]:
        [found] = self.search(community_id, [text], _SHOWN)
        return [(p, written) for p, written in zip(found.precedents, found.texts, strict=True) if worth_showing(p)]

    def _warm_up(self, unit: UnitOfWork, community_id: str, now: datetime) -> None:
        """After a start, tell the flood window what this community said shortly before."""
        with self._lock:
            if community_id in self._warm:
                return
            since = now - timedelta(seconds=self._window.seconds)
            for message in unit.cases.recent(community_id, since, limit=1000):
                self._window.observe(message)
            self._warm.add(community_id)

    def automatic(self, community_id: str) -> AutomaticState:
        """Return what automatic removal in a community rests on; raises NotFound."""
        with self._store.begin() as unit:
            charter = self._charters.of(unit, [community_id])[community_id]
            charter = self.thresholds.fitted(unit, charter, datetime.now(UTC))
            protection = unit.safeguards.get(community_id)
        choice = charter.choice or Choice(None, Tally(0, 0))
        removal = charter.policy.over(self._moderator.policy, choice).removal
        return AutomaticState(removal or {}, choice, protection.breaker, protection.watch)

    def community(self, community_id: str) -> Community:
        """Return one community; raises NotFound."""
        with self._store.begin() as unit:
            return unit.communities.get(community_id)

    def communities(self) -> list[Community]:
        """Return all communities by id."""
        with self._store.begin() as unit:
            return unit.communities.all()

    def add_community(self, community: Community, actor: str = SYSTEM) -> Community:
        """Keep a new community; raises Conflict where the id is taken."""
        with self._store.begin() as unit:
            unit.communities.add(community)
            if community.rules.strip():
                put_rules(unit, community.id, read_rules(community.rules), State.LIVE, actor)
            deed = Deed(actor, "community.add", community.id, "community", after={"name": community.name})
            unit.audit.add(deed, datetime.now(UTC))
        return community

    def change_community(
        self, community_id: str, change: Callable[[Community], Community], actor: str = SYSTEM
    ) -> Community:
        """Replace a community by what `change` makes of it; raises NotFound.

        Two changes at once both take effect: the later one is applied to the earlier one's result.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._store.begin() as unit:
                    before = unit.communities.get(community_id)
                    changed = change(before)
                    unit.communities.replace(changed)
                    if changed.rules != before.rules:
                        put_rules(unit, community_id, read_rules(changed.rules), State.LIVE, actor)
                    if changed != before:
                        unit.audit.add(_changed(actor, before, changed), datetime.now(UTC))
                return changed
            except Conflict:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")


def _changed(actor: str, before: Community, after: Community) -> Deed:
    """Which settings of a community were changed, from what to what."""
    old, new = asdict(before), asdict(after)
    names = [name for name in old if old[name] != new[name]]
    sides = ({name: side[name] for name in names} for side in (old, new))
    return Deed(actor, "community.change", after.id, "community", "", *sides)


def _identity(message: Message) -> tuple[str | None, str, str]:
    return message.community, message.id, message.text
