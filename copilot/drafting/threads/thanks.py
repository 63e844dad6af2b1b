"""Who thanked whom."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from copilot.drafting.digest import Thanks
from copilot.drafting.threads.conversation import Conversation
from copilot.drafting.threads.day import Post

_PRAISE = re.compile(r"有心了?(?:\s|$)|多亏|全靠|\bkudos\b|\bshout ?out to\b")
_TO_ALL = re.compile(
    r"(?:谢谢|感谢|多谢|谢过)了?\s*(?:大家|各位|你们|群友|大佬们|姐妹们|兄弟们)|\bthanks,? (?:all|everyone|everybody|guys|folks|both)\b"
)
_IN_ADVANCE = re.compile(
    r"先谢|提前谢|谢谢配合|感谢(?:配合|理解|支持|关注)|谢谢(?:合作|配合|理解)|\bthanks in advance\b|\bno thanks?\b"
)
_BACK = 8
"""Messages before the thanks among which the helper is looked for."""
_MINUTES = 180.0
_SPOKE = 60
"""Messages before the thanks among which the thanker must have spoken, to have been helped."""


def thanks(talk: Conversation, flagged: Collection[str]) -> Iterator[Thanks]:
    """Yield the thanks of a thread, one for each person thanked; nobody where it is not clear who is meant."""
    for index, post in enumerate(talk.posts):
        if post.message.id in flagged or _IN_ADVANCE.search(post.normal):
            continue
        if post.marks.thanks:
            people = post.named or tuple(_helper(talk, index))
            if not people and not _to_nobody(post):
                people = ("",)
            yield from (Thanks(post.message.id, post.author, to) for to in people)
        elif post.named and _PRAISE.search(post.normal):
            yield from (Thanks(post.message.id, post.author, to) for to in post.named)


def _helper(talk: Conversation, index: int) -> Iterator[str]:
    """Who helped: the one replied to, else the last other who told something after the thanker had spoken."""
    post = talk.posts[index]
    if post.answers is not None and (target := talk.day.posts[post.answers].author) not in ("", post.author):
        yield target
        return
    if _to_nobody(post):
        return
    spoke = any(p.author == post.author for p in talk.posts[max(0, index - _SPOKE) : index])
    for earlier in reversed(talk.posts[max(0, index - _BACK) : index]):
        if post.minute - earlier.minute > _MINUTES:
            return
        if spoke and earlier.author not in ("", post.author) and _helps(earlier):
            yield earlier.author
            return


def _to_nobody(post: Post) -> bool:
    """Whether thanks go to everybody, or are only the polite end of a request."""
    return bool(_TO_ALL.search(post.normal)) or post.marks.inquires or post.marks.signs_up


def _helps(post: Post) -> bool:
    marks = post.marks
    return (marks.content > 3 or marks.attaches) and not (marks.asks or marks.thanks or marks.feels)
