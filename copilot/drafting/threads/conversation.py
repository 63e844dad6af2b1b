"""A thread while it is being read: its posts in order, and who answers whom in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from copilot.drafting.threads.day import Post
from copilot.drafting.threads.evidence import Evidence

_OFFICE = re.compile(
    r"群主|管理|班长|物业|业委会|团长|站长|会长|领队|指挥|组长|客服|老师|教练|村长|社长|楼长|店长|馆长|护士|医生|师傅|主任|"
    r"\b(?:admin|mod|moderator|coach|captain|organi[sz]er|host|team|manager|dr)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Conversation:
    """One thread. `posts` are in order; `day` is what is known of the whole day."""

    posts: tuple[Post, ...]
    day: Evidence

    @cached_property
    def starter(self) -> str:
        """Who began it."""
        return self.posts[0].author

    @cached_property
    def people(self) -> frozenset[str]:
        """Who takes part."""
        return frozenset(post.author for post in self.posts)

    @cached_property
    def replies(self) -> Mapping[int, Sequence[Post]]:
        """For the place of a message the replies of others to it."""
        found: dict[int, list[Post]] = {}
        for post in self.posts:
            if post.answers is not None and self.day.posts[post.answers].author != post.author:
                found.setdefault(post.answers, []).append(post)
        return found

    @cached_property
    def lists(self) -> int:
        """How many messages are entries of a list or votes."""
        return sum(post.marks.signs_up for post in self.posts)

    def telling(self, post: Post) -> float:
        """How telling the words of a message are together."""
        return self.day.telling(self.day.words[post.place])


def holds_office(post: Post) -> bool:
    """Whether the author has a role in the community, or a nickname that says so (物业小陈, 七七（群管）)."""
    return bool(post.message.roles) or bool(_OFFICE.search(post.author))
