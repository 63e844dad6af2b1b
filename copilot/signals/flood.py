"""The same content again and again: by one author, across a group, or within one message."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass
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
_LONG = 16
"""From this many on, near-copies by other members are worth a remark."""
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class _Said:
    id: str
    at: float
    author: str | None
    content: str
    sketch: RMinHash | None


class _Recent(OrderedDict[Hashable, deque[_Said]]):
    """The last few things said under each key; the key unused for longest goes first."""

    def __init__(self, keys: int, each: int) -> None:
        super().__init__()
        self._keys = keys
        self._each = each

    def under(self, key: Hashable, oldest: float) -> deque[_Said]:
        """Return what was said under a key since `oldest`, to be read and appended to."""
        said = self.get(key)
        if said is None:
            said = self[key] = deque(maxlen=self._each)
            if len(self) > self._keys:
                self.popitem(last=False)
        else:
            self.move_to_end(key)
            while said and said[0].at < oldest:
                said.popleft()
        return said


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
    bare = _PLACEHOLDER.sub("", views.normal.text)
    return _NOT_CONTENT.sub("", bare)[:_LONGEST] or bare.strip()[:_LONGEST]


class FloodWindow:
    """Remembers what was said within the last `seconds`, by author and by community.

    Bounded in memory whatever comes in. A repeated delivery gets the same answer again and counts
    once. A message without a time, or without content, is neither judged nor remembered. Not safe to call from several
    threads at once.
    """

    def __init__(self, seconds: float = 180.0, burst_seconds: float = 10.0) -> None:
        self.seconds = seconds
        self._burst = burst_seconds
        self._by_author = _Recent(keys=10_000, each=12)
        self._by_community = _Recent(keys=1_000, each=100)

    def observe(self, message: Message, views: TextViews | None = None) -> Repeats:
        """Return how often the like was said shortly before, and remember this message."""
        if message.sent_at is None:
            return Repeats()
        at = message.sent_at.timestamp()
        content = content_of(views or text_views(message.text))
        if not content:  # pictures and voice messages come in albums; they never count
            return Repeats()
        said = _Said(message.id, at, message.author, content, _sketch(content))
        by_author, burst = self._count_own(said, message)
        return Repeats(by_author, self._count_others(said, message), burst)

    def _count_own(self, said: _Said, message: Message) -> tuple[int, int]:
        if message.author is None:
            return 0, 1
        own = self._by_author.under((message.community, message.author), said.at - self.seconds)
        others = self._other_messages(own, said)
        repeats = sum(_alike(earlier, said) for earlier in others)
        burst = 1 + sum(0 <= said.at - earlier.at <= self._burst for earlier in others)
        return repeats, burst

    def _count_others(self, said: _Said, message: Message) -> int:
        if message.community is None or len(said.content) < _LONG:
            return 0
        group = self._by_community.under(message.community, said.at - self.seconds)
        others = self._other_messages(group, said)
        return sum(earlier.author != said.author and _alike(earlier, said) for earlier in others)

    def _other_messages(self, earlier: deque[_Said], said: _Said) -> list[_Said]:
        """What was said within the window by other messages; `said` itself is remembered once."""
        others = [e for e in earlier if e.id != said.id and abs(said.at - e.at) <= self.seconds]
        if not any(e.id == said.id and e.content == said.content for e in earlier):
            earlier.append(said)
        return others


def _alike(earlier: _Said, said: _Said) -> bool:
    if earlier.content == said.content:
        return True
    if earlier.sketch is None or said.sketch is None:
        return False
    return bool(said.sketch.jaccard(earlier.sketch) >= _NEAR)


_BURST_FROM = 8
_SELF_REPEAT_FROM = 40
"""Characters as typed from which a message can be a wall of repeats."""


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return a signal where one author repeats or bursts, or a message repeats itself."""
    signals: list[Signal] = []
    repeats = context.repeats
    content = content_of(views) if repeats.by_author or len(views.typed) >= _SELF_REPEAT_FROM else ""
    needed = 2 if len(content) >= _SHORT else 3
    if repeats.by_author >= needed:
        times = repeats.by_author + 1
        score = min(0.97, 0.6 + 0.1 * (repeats.by_author - needed))
        reason = Reason(
            f"同一人短时间内第 {times} 次发相同内容", f"The same content from this author, time {times} within minutes."
        )
        signals.append(_signal(score, reason, views, "repeat"))
    if repeats.burst >= _BURST_FROM:
        reason = Reason(f"十秒内连发 {repeats.burst} 条", f"{repeats.burst} messages within ten seconds.")
        signals.append(_signal(0.6, reason, views, "burst"))
    if repeats.in_group >= 3:
        reason = Reason(
            f"另有 {repeats.in_group} 条近似内容来自其他人", f"{repeats.in_group} near-copies by others shortly before."
        )
        signals.append(Signal("flood", None, 0.0, reason, ((0, len(views.typed)),), "group"))
    if len(views.typed) >= _SELF_REPEAT_FROM and _repeats_itself(content):
        signals.append(
            _signal(0.7, Reason("一条消息内反复重复", "One message repeats itself many times."), views, "self")
        )
    return signals


def _repeats_itself(content: str) -> bool:
    if len(content) < _LONG or _LAUGHTER.fullmatch(content):
        return False
    pairs = {content[i : i + 2] for i in range(len(content) - 1)}
    return len(pairs) / (len(content) - 1) < 0.25


def _signal(score: float, reason: Reason, views: TextViews, kind: str) -> Signal:
    return Signal("flood", Label.FLOOD, score, reason, ((0, len(views.typed)),), kind)
