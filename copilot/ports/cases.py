"""Communities, the messages that were judged, and what people decided about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from copilot.types import Case, Community, Decision, Label, Message, Resolution, Signal


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
