"""A community's rules: read, checked, put in force or on trial, and corrected by its admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from copilot.errors import InvalidInput, NotFound
from copilot.ports import State, Store, UnitOfWork, Version
from copilot.rules import Finding, check_rules, read_rules
from copilot.service.versions import Changes, next_after
from copilot.types import Clause, RuleSet


class Rulebook(Changes[RuleSet]):
    """The rules of communities."""

    def __init__(self, store: Store) -> None:
        super().__init__("rules", store, lambda unit: unit.rules, lambda shadow: shadow.rules)

    @staticmethod
    def read(text: str, confirmed: Sequence[Clause] = ()) -> tuple[RuleSet, tuple[Finding, ...]]:
        """Read a text and say what is to be remarked on it; nothing is kept.

        Clauses whose words are those of a `confirmed` one mean what that one does, whatever else has changed.
        """
        rules = _as_confirmed(read_rules(text), confirmed)
        return rules, check_rules(rules)

    def put(
        self,
        community_id: str,
        text: str,
        state: State,
        actor: str,
        *,
        confirmed: Sequence[Clause] = (),
        seen: int | None = None,
    ) -> Version[RuleSet]:
        """Keep a new version, in force or on trial; raises NotFound, and InvalidInput for a text without a clause.

        `confirmed` are readings as in `read`. `seen` is the number of the newest version that the person saw, 0 for
        none: raises Conflict where there is a newer one by now.
        """
        rules = _as_confirmed(read_rules(text), confirmed)
        if text.strip() and not rules.clauses:
            raise InvalidInput("no clause was found in this text", param="text")
        with self._store.begin() as unit:
            before = unit.communities.get(community_id).rules
            version = put_rules(unit, community_id, rules, state, actor)
            next_after(seen, version)
            after: dict[str, Any] = {"state": state.value, "text": text}
            if confirmed:
                sure = [clause for clause in rules.clauses if clause.confidence == 1]
                after["confirmed"] = [_reading(clause) for clause in sure]
            self._note(unit, community_id, "put", actor, version.number, {"text": before}, after)
            return version

    def correct(self, community_id: str, version: int, clause: Clause, actor: str) -> Version[RuleSet]:
        """Replace the reading of one clause by what an admin says; a new version in the state of the old one.

        The clause keeps its number and its words, and is certain from then on. Raises NotFound.
        """
        with self._store.begin() as unit:
            old = unit.rules.get(community_id, version)
            if all(clause.number != known.number for known in old.value.clauses):
                raise NotFound("there is no such clause", param="number")
            clauses = tuple(
                replace(clause, text=known.text, confidence=1.0) if known.number == clause.number else known
                for known in old.value.clauses
            )
            state = State.LIVE if old.state is State.RETIRED else old.state
            new = put_rules(unit, community_id, replace(old.value, clauses=clauses), state, actor)
            read = next(known for known in old.value.clauses if known.number == clause.number)
            self._note(unit, community_id, "correct", actor, new.number, _reading(read), _reading(clause))
            return new

    def _put_in_force(
        self, unit: UnitOfWork, community_id: str, number: int, verb: str, actor: str
    ) -> Version[RuleSet]:
        version = super()._put_in_force(unit, community_id, number, verb, actor)
        community = unit.communities.get(community_id)
        unit.communities.replace(replace(community, rules=version.value.text))
        return version


def _as_confirmed(rules: RuleSet, confirmed: Sequence[Clause]) -> RuleSet:
    known = {clause.text: clause for clause in confirmed}
    clauses = tuple(
        replace(known[clause.text], number=clause.number, confidence=1.0) if clause.text in known else clause
        for clause in rules.clauses
    )
    return replace(rules, clauses=clauses)


def _reading(clause: Clause) -> dict[str, Any]:
    """What a clause was understood to mean, as the audit log keeps it."""
    labels = [label.value for label in clause.labels]
    return {"clause": clause.number, "kind": clause.kind.value, "labels": labels, "measure": clause.measure.value}


def put_rules(unit: UnitOfWork, community_id: str, rules: RuleSet, state: State, actor: str) -> Version[RuleSet]:
    """Keep a version; what is in force is also the text that the community shows."""
    community = unit.communities.get(community_id)
    if state is State.LIVE and community.rules != rules.text:
        unit.communities.replace(replace(community, rules=rules.text))
    return unit.rules.add(community_id, rules, state, actor)
