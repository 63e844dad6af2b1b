"""Where drafts go out: a post is handed over once, and its outcome is never assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from copilot.errors import CopilotError


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a community's drafts may go. `kind` says which sender knows the way ("webhook", "file").

    `channel` names the limits that hold there (`copilot.drafting.fitting.CHANNELS`). `secret` signs what is sent.
    """

    name: str
    kind: str
    channel: str
    address: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Post:
    """What is handed over. `key` is the same whenever the same draft is sent to the same destination again."""

    key: str
    community: str
    draft: int
    kind: str
    language: str
    text: str
    at: datetime
    poll: Mapping[str, Any] | None = None


class NotSent(CopilotError):
    """Surely nothing was posted: it was refused, or it never left. Any other error means that nobody can tell."""


class Sender(Protocol):
    """Hands posts over."""

    def send(self, post: Post, to: Destination) -> str:
        """Hand over and return the other side's receipt.

        Raises NotSent where surely nothing was posted; whatever else it raises leaves the outcome unknown.
        """
        ...

    def check(self, destination: Destination) -> None:
        """Raise InvalidInput where this can be no destination; sends nothing."""
        ...
