"""Who is new: the platform says that they came in, or they say so themselves."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from copilot.drafting.threads.day import Post

_QUOTES = "“”\"'「」 "
_CAME_IN = (
    re.compile(r"邀请\s*(?P<who>.{1,40}?)\s*加入了?(?:群聊|本群)"),
    re.compile(r"^(?P<who>.{1,40}?)\s*(?:通过\S{1,40})?加入了?(?:群聊|本群)"),
    re.compile(r"^(?P<who>.{1,40}?) (?:has )?joined(?: (?:the|via|by)\b.*)?\.?$"),
    re.compile(r"\badded (?P<who>.{1,40}?)(?: to the (?:group|chat))?\.?$"),
)
_SELF = re.compile(
    r"新人(?:报到|一[枚个名]|求带|来了)|我是新人|新来的|刚[进来加入]+群?(?!的钱)|新进群|初来乍到|请?多关照|多多关照|新粉|来投奔|刚搬[来到进]|入坑|从\S{1,12}过来的|"
    r"\bnew here\b|\bi'm new\b|\bjust joined\b|\bjust moved\b|\bnew member\b"
)


def newcomers(posts: Sequence[Post], notices: Sequence[Post], others: Collection[str]) -> tuple[str, ...]:
    """Return the nicknames of those who came in, in order; `others` are never among them.

    Who greets and says that they are new counts by their first message, or where somebody welcomes them for it.
    """
    found: list[tuple[float, str]] = []
    for notice in notices:
        found += [(notice.minute, who) for who in _came_in(notice.message.text)]
    heard: set[str] = set()
    for index, post in enumerate(posts):
        if post.author and post.author not in heard and _introduces(post, posts[index + 1 : index + 7]):
            found.append((post.minute, post.author))
        heard.add(post.author)
    in_order = sorted(found, key=lambda pair: pair[0])
    return tuple(dict.fromkeys(who for _, who in in_order if who not in others))


def _came_in(text: str) -> list[str]:
    for pattern in _CAME_IN:
        if match := pattern.search(text.strip()):
            names = (name.strip(_QUOTES) for name in re.split(r"[、,，]", match["who"]))
            return [name for name in names if name]
    return []


def _introduces(post: Post, after: Sequence[Post]) -> bool:
    if not post.marks.introduces or post.marks.inquires:
        return False
    welcomed = any(p.marks.welcomes and p.author != post.author and p.minute - post.minute < 30 for p in after)
    return welcomed or bool(_SELF.search(post.normal))
