"""The same content again and again: by one author, across a group, or within one message."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from rensa import RMinHash

from copilot.signals.context import Context, Repeats
from copilot.text import TextViews, text_views
from copilot.types import Label, Message, Reason, Signal

_PLACEHOLDER = re.compile(r"\[[^\[\]\s]{1,8}\]|【[^【】\s]{1,8}】")
_NOT_CONTENT = re.compile(r"[\W_]+")
_LAUGHTER = re.compile(r"[哈呵嘿嘻嘎啊呜h6w1l0笑8～]+")
_PERMUTATIONS = 32
_NEAR = 0.7
"""Jaccard similarity of character bigrams from which two messages count as near-copies."""
_SHORT = 8
"""Below this many content characters only exact copies count."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class _Said:
    id: str
    at: datetime
    author: str | None
    content: str
    sketch: RMinHash | None


@dataclass(slots=True)
class _Group:
    said: deque[_Said] = field(default_factory=lambda: deque(maxlen=200))


@lru_cache(maxsize=4096)
def _sketch(content: str) -> RMinHash | None:
    """MinHash of the character bigrams (Broder, 1997), None for short texts."""
    if len(content) < _SHORT:
        return None
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=1)
    sketch.update([content[i : i + 2] for i in range(min(len(content), _LONGEST) - 1)])
    return sketch


def content_of(views: TextViews) -> str:
    """Return what a message says without placeholders, punctuation and emoji; "" for [图片]."""
    bare = _PLACEHOLDER.sub("", views.resolved.text)
    return _NOT_CONTENT.sub("", bare)[:_LONGEST] or bare.strip()[:_LONGEST]


class FloodWindow:
    """Remembers what each community said within the last `seconds`; bounded in memory.

    A message whose id was seen before (a repeated delivery) is not counted again.
    """

    def __init__(self, seconds: float = 180.0, burst_seconds: float = 10.0, communities: int = 5000) -> None:
        self.seconds = seconds
        self._burst = timedelta(seconds=burst_seconds)
        self._limit = communities
        self._groups: OrderedDict[str, _Group] = OrderedDict()

    def observe(self, message: Message, views: TextViews | None = None) -> Repeats:
        """Return how often the like was said shortly before, and remember this message."""
        if message.author is None and message.community is None:
            return Repeats()
        at = message.sent_at or datetime.now(UTC)
        group = self._group(message.community or "")
        oldest = at - timedelta(seconds=self.seconds)
        while group.said and group.said[0].at < oldest:
            group.said.popleft()
        content = content_of(views or text_views(message.text))
        sketch = _sketch(content)
        by_author = in_group = 0
        burst = 1
        for said in group.said:
            if said.id == message.id:
                return Repeats()
            same_author = message.author is not None and said.author == message.author
            if same_author and at - said.at <= self._burst:
                burst += 1
            if content and _alike(said, content, sketch):
                by_author += same_author
                in_group += not same_author
        group.said.append(_Said(message.id, at, message.author, content, sketch))
        return Repeats(by_author, in_group, burst)

    def _group(self, key: str) -> _Group:
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group()
            if len(self._groups) > self._limit:
                self._groups.popitem(last=False)
        else:
            self._groups.move_to_end(key)
        return group


def _alike(said: _Said, content: str, sketch: RMinHash | None) -> bool:
    if said.content == content:
        return True
    if sketch is None or said.sketch is None:
        return False
    return bool(sketch.jaccard(said.sketch) >= _NEAR)


_BURST_FROM = 8
_SELF_REPEAT_FROM = 40


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return a signal where one author repeats or bursts, or a message repeats itself."""
    signals: list[Signal] = []
    repeats = context.repeats
    content = content_of(views) if repeats.by_author or len(views.typed) >= _SELF_REPEAT_FROM else ""
    needed = 2 if len(content) >= _SHORT else 3
    if repeats.by_author >= needed:
        times = repeats.by_author + 1
        score = min(0.97, 0.6 + 0.1 * (repeats.by_author - needed))
        reason = Reason(f"同一人短时间内第 {times} 次发相同内容", f"The same content from this author, time {times} within minutes.")
        signals.append(_signal(score, reason, views, "repeat"))
    if repeats.burst >= _BURST_FROM:
        reason = Reason(f"十秒内连发 {repeats.burst} 条", f"{repeats.burst} messages within ten seconds.")
        signals.append(_signal(0.6, reason, views, "burst"))
    if repeats.in_group >= 3 and len(content_of(views)) >= 2 * _SHORT:
        reason = Reason(f"另有 {repeats.in_group} 条近似内容来自其他人", f"{repeats.in_group} near-copies by others shortly before.")
        signals.append(Signal("flood", None, 0.0, reason, ((0, len(views.typed)),), "group"))
    if len(views.typed) >= _SELF_REPEAT_FROM and _repeats_itself(content):
        signals.append(_signal(0.7, Reason("一条消息内反复重复", "One message repeats itself many times."), views, "self"))
    return signals


def _repeats_itself(content: str) -> bool:
    if len(content) < _SELF_REPEAT_FROM or _LAUGHTER.fullmatch(content):
        return False
    pairs = {content[i : i + 2] for i in range(len(content) - 1)}
    return len(pairs) / (len(content) - 1) < 0.25


def _signal(score: float, reason: Reason, views: TextViews, kind: str) -> Signal:
    return Signal("flood", Label.FLOOD, score, reason, ((0, len(views.typed)),), kind)
