"""What drafting is done with, besides the store; each of it may be missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from copilot.drafting.budget import Budget, MemoryLedger
from copilot.drafting.feeds import FeedState
from copilot.ports import Encoder, Generator, Limits, Relevance, Sender


class Visit(Protocol):
    """One visit to a feed; the body is empty where nothing new came."""

    @property
    def state(self) -> FeedState:
        """What to remember."""
        ...

    @property
    def body(self) -> bytes:
        """What came."""
        ...

    @property
    def content_type(self) -> str:
        """What it was said to be."""
        ...


Fetch = Callable[[Sequence[FeedState], datetime], Sequence[Visit]]
"""Visits feeds; one visit a state, in order, and no failure of a feed leaves it."""


def unlimited() -> Budget:
    """A budget without limits that is forgotten when the process ends."""
    return Budget(MemoryLedger(), Limits())


@dataclass(frozen=True, slots=True)
class Tools:
    """Models, feeds and ways out. Without a generator the composer writes; without `fetch` no feed is read."""

    encoder: Encoder | None = None
    relevance: Relevance | None = None
    generator: Generator | None = None
    budget: Budget = field(default_factory=unlimited)
    fetch: Fetch | None = None
    senders: Mapping[str, Sender] = field(default_factory=dict)
