"""The draft as a whole: no line twice, no heading without content, no longer than the channel takes."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.drafting.fitting import Channel, is_heading
from copilot.drafting.gate.claim import content
from copilot.drafting.gate.violation import WHOLE, Violation, ViolationKind
from copilot.drafting.stock import stock
from copilot.drafting.types import Draft
from copilot.types import Reason

_SHORT = 2


def check_layout(draft: Draft) -> Iterator[Violation]:
    """Lines that say the same, and headings with nothing below them."""
    seen: set[str] = set()
    for number, line in enumerate(draft.lines):
        words = content(line.text)
        if len(words) >= _SHORT and words in seen:
            reason = Reason("和前面一行重复", "Repeats an earlier line.")
            yield Violation(ViolationKind.LAYOUT, reason, number, (0, len(line.text)))
        seen.add(words)
        below = draft.lines[number + 1] if number + 1 < len(draft.lines) else None
        if (
            is_heading(line)
            and number
            and (below is None or (is_heading(below) and not _form(draft, number + 1)))
            and not _form(draft, number)
        ):
            reason = Reason("标题下面没有内容", "A heading without content.")
            yield Violation(ViolationKind.LAYOUT, reason, number, (0, len(line.text)))


def _form(draft: Draft, number: int) -> bool:
    """Whether a line belongs to a form that a newcomer fills in."""
    lines = stock(draft.language).of("welcome.introduce_line", draft.tone)
    return draft.lines[number].text.strip() in {phrase.template for phrase in lines}


def check_length(draft: Draft, channel: Channel) -> Iterator[Violation]:
    """A channel refuses what is too long."""
    size = channel.size(draft.text)
    if size > channel.limit:
        zh = f"太长：{size}，{channel.name} 最多 {channel.limit}"
        en = f"Too long: {size}, and {channel.name} takes {channel.limit} {channel.unit}."
        yield Violation(ViolationKind.LENGTH, Reason(zh, en), WHOLE)
    if not draft.text.strip():
        yield Violation(ViolationKind.LENGTH, Reason("草稿是空的", "The draft is empty."), WHOLE)
