"""What would a change have done to the messages of the last weeks?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from copilot.charter import Charter
from copilot.errors import InvalidInput
from copilot.moderator import Moderator
from copilot.policy import CommunityPolicy
from copilot.ports import Store
from copilot.rejudge import Decide, by_policy, by_rules, relisted, reread, rescored
from copilot.replay import Judge, ReplayReport, replay
from copilot.service.charters import Charters
from copilot.service.rulebook import Rulebook
from copilot.service.thresholds import Thresholds
from copilot.signals import Repeats
from copilot.types import Assessment, Case, Clause, Message, Resolution, RuleSet


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change to try on what was said already; what is None stays as it is.

    `lists` replaces keyword and domain lists of the community by their names. `confirmed` are readings of clauses of
    `rules` that a person confirmed. `reread` has the model that runs read again what another one, or another version of
    it, had judged.
    """

    policy: Mapping[str, Any] | None = None
    rules: str | None = None
    lists: Mapping[str, tuple[str, ...]] | None = None
    reread: bool = False
    confirmed: tuple[Clause, ...] = ()


Progress = Callable[[int, int], None]
_EVERY = 250
"""Messages between two words to `progress`."""


def _unwatched(done: int, total: int) -> None:
    """Where nobody waits for it."""


class Replays:
    """Replays proposals over kept messages. Nothing is changed, and a model runs only to read messages again."""

    def __init__(self, store: Store, charters: Charters, thresholds: Thresholds, moderator: Moderator) -> None:
        self._store = store
        self._charters = charters
        self._thresholds = thresholds
        self._moderator = moderator

    def replay(
        self,
        community_id: str,
        proposal: Proposal,
        now: datetime,
        since: datetime,
        limit: int,
        progress: Progress = _unwatched,
    ) -> ReplayReport:
        """Compare what is in force with a proposal over the last `limit` messages since then.

        Both sides are judged anew from stored scores, so that nothing but the proposal can make a difference. What is
        read again meets today's precedents too. `progress` is told every so often how many messages are done, and how
        many there are; what it raises ends the replay. Raises NotFound, and InvalidInput for a proposal that makes no
        sense.
        """
        if proposal.reread and (proposal.rules is not None or proposal.lists is not None):
            raise InvalidInput("read messages again by themselves, or with a policy only", param="reread")
        changed = None if proposal.policy is None else CommunityPolicy.from_mapping(proposal.policy)
        rules = None if proposal.rules is None else Rulebook.read(proposal.rules, proposal.confirmed)[0]
        with self._store.begin() as unit:
            charter = self._charters.of(unit, [community_id])[community_id]
            charter = self._thresholds.fitted(unit, charter, now)
            before = self._decide(charter, charter.rules if rules is not None else None)
            proposed = charter if changed is None else replace(charter, policy=changed)
            after = self._decide(proposed, rules)
            judge = rescored(after)
            if proposal.reread:
                judge = self._reread(proposed, after)
            if proposal.lists is not None:
                lists: dict[str, Any] = dict(proposal.lists)
                community = replace(charter.community, **lists)
                judge = relisted(community, after, charter.calibration)
            total = min(limit, unit.cases.count(community_id, since))
            stream = _watched(unit.cases.stream(community_id, since, limit), total, progress)
            return replay(stream, judge, rescored(before))

    def _decide(self, charter: Charter, rules: RuleSet | None) -> Decide:
        """Decide by the charter's policy; clauses as stored, or as `rules` have them where rules change."""
        policy = charter.policy.over(self._moderator.policy, charter.choice)
        return by_policy(policy) if rules is None else by_rules(policy, charter, rules)

    def _reread(self, charter: Charter, decide: Decide) -> Judge:
        """Judge by the model that runs; what it has judged already is decided from its scores."""
        known = {charter.community.id: charter}

        def assess(messages: Sequence[Message], repeats: Sequence[Repeats]) -> Sequence[Assessment]:
            return self._moderator.assess(messages, known, repeats)

        return reread(assess, self._moderator.versions.model, decide)


def _watched(
    stream: Iterator[tuple[Case, Resolution | None]], total: int, progress: Progress
) -> Iterator[tuple[Case, Resolution | None]]:
    for done, pair in enumerate(stream):
        if done % _EVERY == 0:
            progress(done, total)
        yield pair
