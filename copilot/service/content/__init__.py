"""The life of drafts: written over facts, edited, approved, scheduled, published exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from copilot.ports import Store
from copilot.service.content.calendar import Calendar
from copilot.service.content.collecting import Collector
from copilot.service.content.drafts import DraftDesk
from copilot.service.content.joins import Welcomes
from copilot.service.content.publishing import Publishing
from copilot.service.content.setup import Setup
from copilot.service.content.tools import Tools
from copilot.service.content.writing import Writer
from copilot.types import Assessment, Case, Message

__all__ = ["Content", "Tools"]


class Content:
    """Everything about drafts, by what one wants to do."""

    def __init__(
        self,
        store: Store,
        assess: Callable[[Sequence[Message]], list[Assessment]],
        ingest: Callable[[Sequence[Message]], list[Case]],
        tools: Tools | None = None,
    ) -> None:
        tools = tools or Tools()
        writer = Writer(store, Collector(store, tools, assess), tools, assess)
        self.setup = Setup(store, tools)
        self.drafts = DraftDesk(store, writer)
        self.publishing = Publishing(store, tools.senders)
        self.calendar = Calendar(store, self.drafts, writer, self.publishing)
        self.welcomes = Welcomes(store, self.drafts, writer, assess, ingest)
