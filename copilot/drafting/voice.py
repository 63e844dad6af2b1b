"""How a community sounds: tone, emoji, numbering, length, and what its own approved drafts show of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from copilot.drafting.clusters import cluster_count, clusters
from copilot.drafting.types import Tone


class Emoji(StrEnum):
    """How many emoji: none, a few where a section starts, or one for nearly every line."""

    OFF = "off"
    SOME = "some"
    MANY = "many"


class Numbering(StrEnum):
    """How items are counted: 1️⃣, ①, `1. `, `• `, or not at all."""

    KEYCAP = "keycap"
    CIRCLE = "circle"
    DOT = "dot"
    BULLET = "bullet"
    NONE = "none"

    def mark(self, number: int) -> str:
        """Return what stands before the item with this number, from 1."""
        if self is Numbering.KEYCAP:
            return f"{number}\ufe0f\u20e3 " if number < 10 else f"{number}. "
        if self is Numbering.CIRCLE:
            return chr(0x2460 + number - 1) + " " if number <= 20 else f"{number}. "
        return {Numbering.DOT: f"{number}. ", Numbering.BULLET: "• "}.get(self, "")


@dataclass(frozen=True, slots=True)
class Voice:
    """How to sound. `length` is how many characters a briefing should have, 0 for the channel's own measure.

    `title` stands after the community's name (早报, 早安), `divider` between it and the date; `closings` are the
    community's own last lines, as its operators approved them. `name` is what the community calls itself in titles.
    """

    tone: Tone = Tone.WARM
    emoji: Emoji = Emoji.SOME
    numbering: Numbering = Numbering.DOT
    length: int = 0
    name: str = ""
    title: str = "早报"
    divider: str = "｜"
    closings: tuple[str, ...] = ()


SIGNS = {
    "briefing.title": "☀️",
    "briefing.decided": "✅",
    "briefing.open": "❓",
    "briefing.events": "📅",
    "briefing.feeds": "📰",
    "briefing.thanks": "🙏",
    "briefing.newcomers": "👋",
    "welcome.opening": "👋",
    "welcome.rules": "📌",
    "welcome.topic": "💬",
    "welcome.helpers": "🙋",
    "welcome.introduce": "📝",
}
"""The emoji of each part of a draft."""
_FEW = frozenset(("briefing.title", "briefing.open", "briefing.newcomers", "welcome.opening"))
"""The parts that carry one where only some are wanted."""

_TITLE = re.compile(
    r"^\W*(?P<name>[^|｜·—\n]{1,16}?)\s*(?P<title>早报|早安|晨报|日报|简报|早知道|早班车)\s*(?P<divider>[｜|·—]|\s)?\s*"
    r"(?:\d{1,2}月\d{1,2}日|\d{1,2}[./]\d{1,2})"
)
_NUMBERED: tuple[tuple[Numbering, re.Pattern[str]], ...] = (
    (Numbering.KEYCAP, re.compile(r"^\s*\d\ufe0f?\u20e3")),
    (Numbering.CIRCLE, re.compile(r"^\s*[\u2460-\u2473]")),
    (Numbering.DOT, re.compile(r"^\s*\d{1,2}[.、)）]")),
    (Numbering.BULLET, re.compile(r"^\s*[•·\-*●▪]\s?")),
)
_EMOJI = re.compile("[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]")
_CLAIMS = re.compile(r"[\d一二三四五六七八九十百@《》「」“”/]|https?|谢|欢迎|[：:]$")
_LONGEST_CLOSING = 20


def learn(examples: Sequence[str], start: Voice) -> Voice:
    """Return the voice that a community's own approved drafts show; what they do not show stays as in `start`.

    Traits are counted, not guessed: emoji a line, the commonest numbering, the median length, the form of the title,
    and last lines that claim nothing (no number, name, link or quotation).
    """
    texts = [text.strip() for text in examples if text.strip()]
    if not texts:
        return start
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    found = [match for text in texts if (match := _TITLE.match(text))]
    voice = replace(
        start,
        emoji=_emoji(lines),
        numbering=_numbering(lines, start.numbering),
        length=round(median(cluster_count(text) for text in texts)),
        closings=tuple(dict.fromkeys(closing for text in texts if (closing := _closing(text)))),
    )
    if not found:
        return voice
    name, title, divider = (Counter(m[part] or "" for m in found).most_common(1)[0][0] for part in _TITLE.groupindex)
    return replace(voice, name=name.strip(), title=title, divider=divider.strip() or " ")


def sign(part: str, voice: Voice) -> str:
    """Return the emoji that stands before a part of a draft, with a blank, or nothing."""
    if voice.emoji is Emoji.OFF or (voice.emoji is Emoji.SOME and part not in _FEW) or voice.tone is Tone.FORMAL:
        return ""
    return SIGNS[part] + " " if part in SIGNS else ""


def without_emoji(text: str) -> str:
    """Return a text without emoji; what they were joined with goes too."""
    if not _EMOJI.search(text) and "\u20e3" not in text:
        return text
    return "".join(cluster for cluster in clusters(text) if not _EMOJI.search(cluster) and "\u20e3" not in cluster)


def _emoji(lines: Sequence[str]) -> Emoji:
    bearing = sum(1 for line in lines if _EMOJI.search(line)) / len(lines)
    return Emoji.MANY if bearing >= 0.5 else Emoji.SOME if bearing >= 0.08 else Emoji.OFF


def _numbering(lines: Sequence[str], start: Numbering) -> Numbering:
    counted = Counter(kind for line in lines for kind, pattern in _NUMBERED if pattern.match(line))
    if not counted:
        return Numbering.NONE if len(lines) >= 4 else start
    return counted.most_common(1)[0][0]


def _closing(text: str) -> str:
    """Return the last line where it is short and claims nothing."""
    last = text.splitlines()[-1].strip()
    short = 2 <= cluster_count(last) <= _LONGEST_CLOSING and len(text.splitlines()) >= 3
    return last if short and not _CLAIMS.search(last) else ""
