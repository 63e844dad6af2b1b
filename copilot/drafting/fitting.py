"""Channels and what fits them: the least important goes first, and nothing is ever cut in two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from copilot.drafting.clusters import cut, width
from copilot.drafting.types import Draft, Line, Sentence
from copilot.errors import InvalidInput


class Unit(StrEnum):
    """What a channel counts: bytes of UTF-8, characters, or units of UTF-16 as Telegram does."""

    BYTES = "bytes"
    CHARACTERS = "characters"
    UTF16 = "utf16"


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a draft goes. `limit` is what it refuses above.

    `readable` is how many Chinese characters a member will read; two Latin letters count as one.
    """

    name: str
    limit: int
    unit: Unit
    readable: int

    def size(self, text: str) -> int:
        """Return how much of the limit a text uses."""
        if self.unit is Unit.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))
        if self.unit is Unit.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text)


CHANNELS = {
    channel.name: channel
    for channel in (
        Channel("wecom_text", 2_048, Unit.BYTES, 400),
        Channel("wecom_markdown", 4_096, Unit.BYTES, 600),
        Channel("feishu", 18_000, Unit.BYTES, 800),  # the body of 20 KB also holds the envelope
        Channel("dingtalk", 18_000, Unit.BYTES, 800),
        Channel("telegram", 4_096, Unit.UTF16, 700),
        Channel("telegram_caption", 1_024, Unit.UTF16, 400),
        Channel("discord", 2_000, Unit.CHARACTERS, 600),
        Channel("qq", 3_000, Unit.CHARACTERS, 450),  # no limit is documented; longer messages fold
        Channel("wechat", 2_000, Unit.CHARACTERS, 450),
        Channel("plain", 20_000, Unit.CHARACTERS, 700),
    )
}
"""What the platforms take at most, with room for the envelope where they count the whole request, and a length that
reads well there. QQ, WeChat, Discord and captions document none that we could check: theirs are on the safe side.
"""


def channel_named(name: str) -> Channel:
    """Return a channel by its name. Raises `InvalidInput` where there is none."""
    if name not in CHANNELS:
        raise InvalidInput(f"no channel {name!r}; known are {', '.join(CHANNELS)}", param="channel")
    return CHANNELS[name]


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a plan. Lines of small `weight` go first; those at `KEPT` and above stay.

    `section` joins a heading to its lines: where none of them is left, the heading goes too. `shorter` are versions of
    the line that say less, longest first.
    """

    line: Line
    weight: float = 1.0
    section: str = ""
    heading: bool = False
    shorter: tuple[Line, ...] = ()


KEPT = 1_000.0
"""From this weight on a line is not dropped: a title, the clause of a notice."""
_SHORTEST = 8
"""Seen characters below which a line says nothing any more."""


def fit(pieces: Sequence[Piece], channel: Channel) -> tuple[Line, ...]:
    """Return the lines that fit a channel, in order.

    While the text is longer than a member reads, lines are dropped, the least important first, and those left over are
    told shorter; at the limit of the channel even what is kept is cut, at a boundary. Raises `InvalidInput` where
    the channel holds not even that.
    """
    wish = min(channel.readable, channel.limit)
    left = _dropped(list(pieces), lambda text: width(text) <= wish and channel.size(text) <= channel.limit)
    left = _shortened(left, lambda text: channel.size(text) <= channel.limit)
    left = _cut_down(left, channel)
    if channel.size(_text(left)) > channel.limit:
        raise InvalidInput(f"the channel {channel.name} holds only {channel.limit} {channel.unit}", param="channel")
    return tuple(piece.line for piece in left)


def fit_draft(draft: Draft, channel: Channel) -> Draft:
    """Return a draft that fits: of its lines the later count less, the first is kept. For drafts without a plan."""
    lines = draft.lines
    pieces = [
        Piece(line, KEPT if i == 0 else float(len(lines) - i), _section(lines, i)) for i, line in enumerate(lines)
    ]
    marked = [replace(piece, heading=is_heading(piece.line)) for piece in pieces]
    room = replace(channel, readable=channel.limit)
    return replace(draft, lines=fit(marked, room))


def is_heading(line: Line) -> bool:
    """Whether a line only announces what follows: a frame that ends in a colon or stands in brackets."""
    text = line.text.strip()
    frame = not any(sentence.facts for sentence in line.sentences)
    return frame and (text.endswith(("：", ":")) or (text.startswith("【") and text.endswith("】")) or text[:1] == "#")


def _section(lines: Sequence[Line], at: int) -> str:
    for i in range(at, 0, -1):
        if is_heading(lines[i]):
            return f"line {i}"
    return ""


def _text(pieces: Sequence[Piece]) -> str:
    return "\n".join(piece.line.text for piece in pieces)


def _dropped(pieces: list[Piece], fits: Callable[[str], bool]) -> list[Piece]:
    pieces = _without_bare_headings(pieces)
    while not fits(_text(pieces)):
        candidates = [i for i, piece in enumerate(pieces) if piece.weight < KEPT and not piece.heading]
        if not candidates:
            break
        least = min(candidates, key=lambda i: (pieces[i].weight, -i))
        told_shorter = _told_shorter(pieces, least, fits)
        if told_shorter is not None:
            return told_shorter
        del pieces[least]
        pieces = _without_bare_headings(pieces)
    return pieces


def _told_shorter(pieces: list[Piece], at: int, fits: Callable[[str], bool]) -> list[Piece] | None:
    """Return the pieces with the one about to go told shorter, where that is already enough."""
    for line in pieces[at].shorter:
        tried = [*pieces[:at], replace(pieces[at], line=line, shorter=()), *pieces[at + 1 :]]
        if fits(_text(tried)):
            return tried
    return None


def _without_bare_headings(pieces: list[Piece]) -> list[Piece]:
    told = {piece.section for piece in pieces if not piece.heading}
    return [piece for piece in pieces if not piece.heading or piece.section in told]


def _shortened(pieces: list[Piece], fits: Callable[[str], bool]) -> list[Piece]:
    """Tell what is left shorter, the least important first, one step at a time."""
    while not fits(_text(pieces)):
        candidates = [i for i, piece in enumerate(pieces) if piece.shorter]
        if not candidates:
            break
        i = min(candidates, key=lambda i: pieces[i].weight)
        pieces[i] = replace(pieces[i], line=pieces[i].shorter[0], shorter=pieces[i].shorter[1:])
    return pieces


def _cut_down(pieces: list[Piece], channel: Channel) -> list[Piece]:
    """Cut the longest sentences at a boundary until the rest fits; what becomes too short is dropped whole."""
    for _ in range(200):
        over = channel.size(_text(pieces)) - channel.limit
        if over <= 0 or not pieces:
            break
        i = max(range(len(pieces)), key=lambda i: (not pieces[i].heading, len(pieces[i].line.text)))
        shorter = _cut_line(pieces[i].line, over, channel)
        if shorter is not None:
            pieces[i] = replace(pieces[i], line=shorter, shorter=())
        elif len(pieces) > 1:
            del pieces[i]
        else:
            break
        pieces = _without_bare_headings(pieces)
    return pieces


def _cut_line(line: Line, over: int, channel: Channel) -> Line | None:
    """Return a line whose last sentence is cut, or gone, by about `over`; None where too little would be left."""
    sentences = list(line.sentences)
    last = sentences[-1].text
    wanted = len(last) - max(1, over // 3 if channel.unit is Unit.BYTES else over)
    shorter = cut(last, wanted) if wanted >= _SHORTEST else ""
    if len(shorter) >= _SHORTEST:
        return Line((*sentences[:-1], Sentence(shorter, sentences[-1].facts)))
    return Line(tuple(sentences[:-1])) if len(sentences) > 1 else None
