"""Versions of something that a community may change and take back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class State(StrEnum):
    """Where a version stands: proposed and recorded beside the one in force, in force, or replaced."""

    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One version of something that a community may change and take back."""

    number: int
    state: State
    value: T
    actor: str
    created_at: datetime


class Versioned(Protocol[T]):
    """The versions of one kind of thing (rules, policy, calibration) per community; nothing is overwritten."""

    def live(self, community_id: str) -> Version[T] | None:
        """Return the version in force, if any."""
        ...

    def shadow(self, community_id: str) -> Version[T] | None:
        """Return the version being tried out, if any."""
        ...

    def all(self, community_id: str) -> list[Version[T]]:
        """Return all, newest first."""
        ...

    def add(self, community_id: str, value: T, state: State, actor: str) -> Version[T]:
        """Keep a new version; the one that held this state before is retired."""
        ...

    def get(self, community_id: str, number: int) -> Version[T]:
        """Return one; raises NotFound."""
        ...

    def promote(self, community_id: str, number: int) -> Version[T]:
        """Put a version in force, again or for the first time; raises NotFound."""
        ...

    def retire(self, community_id: str, number: int) -> None:
        """Take a version out of trial or force; raises NotFound."""
        ...
