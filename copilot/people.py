"""Who works with the system, and what they may do in which community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do in a community; each includes those before it.

    A viewer looks, a moderator decides cases, an operator changes rules and policy and publishes drafts, an owner
    also appoints people, switches automatic removal on, and erases.
    """

    VIEWER = "viewer"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """From 0 (viewer) to 3 (owner)."""
        return _ORDER.index(self)

    def includes(self, other: Role) -> bool:
        """Whether this role may do what the other may."""
        return self.rank >= other.rank


_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in. An admin is an owner everywhere and sets communities up."""

    id: int
    name: str
    admin: bool
    language: str
    roles: Mapping[str, Role]
    disabled: bool = False

    def role_in(self, community_id: str) -> Role | None:
        """The role in a community, or None for a stranger to it."""
        return Role.OWNER if self.admin else self.roles.get(community_id)
