"""Where everything is kept, one small protocol per noun, and the transaction around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from copilot.ports.appeals import Appeals
from copilot.ports.audit import AuditLog
from copilot.ports.content import ContentStore
from copilot.ports.erasure import Erasures, Retentions, Scrubbed
from copilot.ports.figures import Figures, SpotChecks
from copilot.ports.measures import Orders
from copilot.ports.notes import Notes
from copilot.ports.queue import Claims, Surroundings, WaitingCases
from copilot.ports.reports import Reports
from copilot.types import Case, Community, Decision, Label, Message, Resolution, RuleSet, Signal

if TYPE_CHECKING:
    from copilot.policy import CommunityPolicy
    from copilot.policy.breaker import Breaker
    from copilot.policy.drift import Watch
    from copilot.policy.risk import Choice

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


@dataclass(frozen=True, slots=True)
class Outline:
    """What a policy looks at in a kept case, without its words.

    `text` is a digest, equal for equal texts. `signals` are those that bear on a decision by themselves: a model that
    failed, and what was found in a forwarded text. `permitted` are the labels that cited clauses lift.
    `resolution` is the decision that stands, with its labels.
    """

    id: int
    text: bytes
    author: str | None
    roles: tuple[str, ...]
    scores: Mapping[Label, float]
    signals: tuple[Signal, ...]
    permitted: tuple[Label, ...]
    resolution: tuple[Decision, tuple[Label, ...]] | None


class Communities(Protocol):
    """The communities that are set up."""

    def get(self, community_id: str) -> Community:
        """Return it; raises NotFound."""
        ...

    def all(self) -> list[Community]:
        """Return all by id."""
        ...

    def revision(self, community_id: str) -> int:
        """A number that grows whenever the community, its rules, policy or calibration change; raises NotFound."""
        ...

    def add(self, community: Community) -> None:
        """Keep a new one; raises Conflict where the id is taken."""
        ...

    def replace(self, community: Community) -> None:
        """Overwrite an existing one; raises NotFound."""
        ...


class Cases(Protocol):
    """Messages with their assessments."""

    def kept(self, messages: Sequence[Message]) -> list[Case | None]:
        """For each message the case kept for the same community, id and text, if any."""
        ...

    def add(self, cases: Sequence[Case]) -> list[int]:
        """Keep new cases and return their ids."""
        ...

    def get(self, case_ids: Sequence[int]) -> list[Case]:
        """Return cases in the order asked for; raises NotFound where one is missing."""
        ...

    def count(self, community_id: str, since: datetime) -> int:
        """How many messages of a community were received after `since`."""
        ...

    def recent(self, community_id: str, since: datetime, limit: int) -> Iterable[Message]:
        """The community's last messages sent after `since`, oldest first, at most `limit`."""
        ...

    def undecided(self, community_id: str, after: int, limit: int) -> list[Case]:
        """At most `limit` cases with a larger id that ask for a look and that nobody decided, oldest first."""
        ...

    def stream(self, community_id: str, since: datetime, limit: int) -> Iterator[tuple[Case, Resolution | None]]:
        """The last `limit` cases received after `since`, oldest first, each with the resolution that stands.

        What was erased is left out.
        """
        ...

    def outlines(self, community_id: str, since: datetime, limit: int) -> Iterator[Outline]:
        """What a policy looks at in the same cases, in a quarter of the time."""
        ...

    def libraries(self) -> dict[str, int]:
        """The shared libraries that hold something, with how many texts each."""
        ...

    def named(self, community_id: str, message_id: str) -> list[Case]:
        """The cases about a message of this id, oldest first; an edited message has several."""
        ...

    def around(self, case: Case, before: int, after: int) -> list[Case]:
        """What was said in the community just before and after, oldest first, the case itself left out."""
        ...

    def of_author(self, community_id: str, author: str, limit: int) -> list[Case]:
        """A member's last messages, newest first."""
        ...

    def first_seen(self, community_id: str, author: str) -> tuple[datetime | None, int]:
        """When a member's first message was received, and how many were kept."""
        ...


class Resolutions(Protocol):
    """What people decided; of several about a case the last that was not undone stands."""

    def add(self, resolution: Resolution) -> int:
        """Keep it and return its id; raises NotFound where there is no such case."""
        ...

    def turn(self) -> None:
        """Keep everybody else from deciding anything until the unit ends."""
        ...

    def undo(self, resolution_id: int, actor: str, at: datetime) -> Resolution:
        """Take it back and return it; raises NotFound, and Conflict where it is undone already."""
        ...

    def of(self, case_id: int) -> list[Resolution]:
        """Everything decided about a case, oldest first, what was undone included."""
        ...

    def last(self) -> int:
        """The mark of the latest change, 0 where there was none."""
        ...

    def changed_since(self, mark: int) -> Iterator[tuple[int, Case, Resolution | None]]:
        """For each case decided or undone after `mark`: the new mark, the case, and what stands."""
        ...

    def of_authors(self, community_id: str, authors: Collection[str], since: datetime) -> list[tuple[Case, Resolution]]:
        """What stands about what these members wrote, of messages received after `since`, oldest first."""
        ...

    def decided(self, community_id: str, since: datetime) -> list[tuple[Case, Resolution]]:
        """What stands about messages of a community, as decided after `since`, oldest first; not what was erased."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of thresholds for automatic removal, under which policy and model, and when it was made."""

    choice: Choice
    policy: int
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Protection:
    """What stands between a community's wish to remove and the deed."""

    breaker: Breaker
    watch: Watch
    chosen: Chosen | None = None


class Safeguards(Protocol):
    """The protection of each community."""

    def get(self, community_id: str) -> Protection:
        """Return it, a new one where there is none."""
        ...

    def turn(self, community_id: str) -> Protection:
        """Return it and keep everybody else from changing it until the unit ends."""
        ...

    def put(self, community_id: str, protection: Protection) -> None:
        """Keep it."""
        ...


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


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept when the block ends without error, or nothing."""

    @property
    def communities(self) -> Communities:
        """The communities."""
        ...

    @property
    def cases(self) -> Cases:
        """Their cases."""
        ...

    @property
    def resolutions(self) -> Resolutions:
        """What people decided about them."""
        ...

    @property
    def audit(self) -> AuditLog:
        """What everybody did."""
        ...

    @property
    def safeguards(self) -> Safeguards:
        """Circuit breakers and watches."""
        ...

    @property
    def rules(self) -> Versioned[RuleSet]:
        """The communities' rules."""
        ...

    @property
    def policies(self) -> Versioned[CommunityPolicy]:
        """The communities' policies."""
        ...

    @property
    def heads(self) -> Versioned[Mapping[str, Any]]:
        """The communities' calibrations, as `Calibration` reads them."""
        ...

    @property
    def queue(self) -> WaitingCases:
        """What waits for a person."""
        ...

    @property
    def claims(self) -> Claims:
        """Who is looking at what."""
        ...

    @property
    def surroundings(self) -> Surroundings:
        """What was said around a message."""
        ...

    @property
    def orders(self) -> Orders:
        """What bots are to do."""
        ...

    @property
    def reports(self) -> Reports:
        """What members report."""
        ...

    @property
    def appeals(self) -> Appeals:
        """What members appeal against."""
        ...

    @property
    def notes(self) -> Notes:
        """What people remark about cases."""
        ...

    @property
    def figures(self) -> Figures:
        """Counts of messages and decisions."""
        ...

    @property
    def spot_checks(self) -> SpotChecks:
        """Random draws of allowed messages."""
        ...

    @property
    def erasures(self) -> Erasures:
        """What takes personal data out."""
        ...

    @property
    def retentions(self) -> Retentions:
        """How long texts are kept."""
        ...

    @property
    def content(self) -> ContentStore:
        """Drafts and what they are made of."""
        ...


class Store(Protocol):
    """Opens units of work."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Start a transaction; raises StoreUnavailable where the database does not answer."""
        ...

    def scrub(self, *, rebuild: bool) -> Scrubbed:
        """Make what was deleted unreadable in the files too; with `rebuild` also what older versions left there."""
        ...
