"""Taking out what a member wrote, or what is older than a community keeps, wherever it lies."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from copilot.policy.retention import Retention
from copilot.types import Case, Resolution

NOBODY = "erased:"
"""Stands before what takes the place of an erased name or message id; no platform calls anybody so."""


class Kind(StrEnum):
    """Why something was erased."""

    MEMBER = "member"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Veil:
    """Makes what takes the place of names, ids and digests in one erasure.

    The same becomes the same, so that counts of members and copies stay true; the key is thrown away with the object,
    after which nobody can find out what it was.
    """

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def name(self, of: str) -> str:
        """A name for somebody, or an id for a message."""
        return f"{NOBODY}{self.digest(of.encode('utf-8', 'surrogatepass')).hex()[:16]}"

    def digest(self, of: bytes) -> bytes:
        """32 bytes in place of a text's digest: that of a short text could be guessed."""
        return hmac.digest(self.key, of, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Erasure:
    """That something was erased: how much in which place, never whose. Without an end it was broken off, or runs."""

    id: int
    community: str
    kind: Kind
    actor: str
    started_at: datetime
    ended_at: datetime | None
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Whether what was deleted is gone from the files too.

    `advice` says what is left to do: `busy` (readers kept the log from being emptied), `vacuum_full` (PostgreSQL frees
    dead rows for reuse; only VACUUM FULL rewrites the files).
    """

    clean: bool
    advice: str = ""


class Erasures(Protocol):
    """Erases, and keeps a record that it was done."""

    def of_member(self, community_id: str, names: Sequence[str], limit: int) -> list[int]:
        """Cases under these names that are not erased, oldest first."""
        ...

    def count(self, community_id: str, names: Sequence[str]) -> int:
        """How many there are of them."""
        ...

    def older(self, community_id: str, before: datetime, limit: int, *, keep_decided: bool) -> list[int]:
        """Cases received before this that are not erased, oldest first; without the decided ones if they are kept."""
        ...

    def count_older(self, community_id: str, before: datetime, *, keep_decided: bool) -> int:
        """How many there are of them."""
        ...

    def erase(
        self, community_id: str, case_ids: Sequence[int], names: Sequence[str], veil: Veil, at: datetime
    ) -> Mapping[str, int]:
        """Erase cases, what was said of them, and what quotes them or names their author; count by place.

        In one transaction and again without harm. Without cases, what else is kept under the names is erased.
        """
        ...

    def begin(self, community_id: str, kind: Kind, actor: str, at: datetime) -> int:
        """Keep that an erasure has begun and return its number."""
        ...

    def end(self, erasure_id: int, places: Mapping[str, int], at: datetime) -> None:
        """Keep that it is done."""
        ...

    def all(self, community_id: str, limit: int = 50) -> list[Erasure]:
        """The last ones, newest first."""
        ...

    def last(self) -> int:
        """The mark of the latest case rewritten, 0 where there was none."""
        ...

    def rewritten_since(self, mark: int) -> Iterator[tuple[int, Case, Resolution | None]]:
        """For each decided case whose text was erased or changed after `mark`: the new mark, the case, what stands."""
        ...


class Retentions(Protocol):
    """How long communities keep what was written, and whose turn it is to erase."""

    def get(self, community_id: str) -> Retention:
        """Return it; everything is kept where nothing was set."""
        ...

    def put(self, community_id: str, retention: Retention) -> None:
        """Keep it."""
        ...

    def ran_at(self, community_id: str) -> datetime | None:
        """When it was last carried out."""
        ...

    def limited(self) -> list[str]:
        """The communities that do not keep everything."""
        ...

    def take_turn(self, community_id: str, now: datetime, until: datetime) -> bool:
        """Take the lease unless somebody holds it."""
        ...

    def renew(self, community_id: str, until: datetime) -> None:
        """Hold the lease longer; for whoever holds it."""
        ...

    def finish(self, community_id: str, at: datetime) -> None:
        """Give the lease back and keep when it was done."""
        ...
