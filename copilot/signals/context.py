"""What a detector may know beside the text itself."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.types import Community, Message


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often something like this message was said within the window, itself not counted.

    `by_author` counts near-copies by the same author, `in_group` by other authors; `burst` is the
    number of messages by this author within the burst interval, itself counted.
    """

    by_author: int = 0
    in_group: int = 0
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Context:
    """One message in its community, and what was said shortly before."""

    message: Message
    community: Community
    repeats: Repeats = Repeats()

    @property
    def theme(self) -> str:
        """The theme to judge relevance by: the message's own where given, else the community's."""
        return self.message.theme or self.community.theme
