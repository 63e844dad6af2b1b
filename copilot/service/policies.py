"""A community's policy: set, tried out, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copilot.policy import Automatic, CommunityPolicy
from copilot.ports import State, Store, Version
from copilot.service.versions import Changes, next_after


class Policies(Changes[CommunityPolicy]):
    """The policies of communities."""

    def __init__(self, store: Store) -> None:
        super().__init__("policy", store, lambda unit: unit.policies, lambda shadow: shadow.policy)

    def put(
        self, community_id: str, body: Mapping[str, Any], state: State, actor: str, *, seen: int | None = None
    ) -> Version[CommunityPolicy]:
        """Keep a new version, in force or on trial; raises NotFound, and InvalidInput naming the field at fault.

        `seen` is the number of the newest version that the person saw, 0 for none: raises Conflict where there is a
        newer one by now.
        """
        policy = CommunityPolicy.from_mapping(body)
        with self._store.begin() as unit:
            live = unit.policies.live(community_id)
            version = unit.policies.add(community_id, policy, state, actor)
            next_after(seen, version)
            before = live.value.to_mapping() if live is not None else {}
            after = {"state": state.value, **policy.to_mapping()}
            self._note(unit, community_id, "put", actor, version.number, before, after)
            return version


def lets_remove(before: CommunityPolicy | None, after: CommunityPolicy) -> bool:
    """Whether a change of policy lets the machine remove by itself where it did not before."""
    was = before is not None and before.automatic is Automatic.LIVE
    return after.automatic is Automatic.LIVE and not was
