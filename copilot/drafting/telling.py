"""Sentences that say who said what: a quote with its author, as a claim or as a question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from copilot.drafting.days import has_day_word, local, retold
from copilot.drafting.facts import message_fact
from copilot.drafting.occasion import Sheet
from copilot.drafting.orders import orders
from copilot.drafting.quoting import Quote, compress
from copilot.drafting.types import Sentence
from copilot.types import Message


@dataclass(frozen=True, slots=True)
class Told:
    """A message told: `text` without its author, who stands in `name` where the sentence does not say it already."""

    text: str
    name: str
    facts: tuple[str, ...]
    telling: float

    def sentence(self, sheet: Sheet, *, named: bool, end: str) -> Sentence:
        """Return the sentence with its end, and its author where he is to be named."""
        by = sheet.phrase("quote.by", {"name": self.name}) if self.name and named else None
        return Sentence(self.text + (by.text if by else "") + end, self.facts)


def told(sheet: Sheet, message: Message, most: int, keywords: Collection[str] = ()) -> Told | None:
    """Return a member's message in at most `most` characters; None where nothing may be passed on.

    What speaks of I and you, or asks, stands in quotation marks; the rest is told plainly, its day words as they are
    called today.
    """
    if orders(message.text):
        return None
    quote = compress(message.text, most, keywords)
    if quote is None:
        return None
    facts = sheet.know(message_fact(message, sheet.occasion.zone))
    name = sheet.occasion.shown(message.author or "")
    if quote.personal or quote.question:
        said = _quoted(sheet, message, quote, name, facts) if name else None
        return Told(said.text, "", facts, quote.telling) if said else None
    return Told(_retold(sheet, message, quote), name, facts, quote.telling)


def together(sheet: Sheet, found: Sequence[Told]) -> list[Sentence]:
    """Return what was told as sentences of one line; neighbours of one author name him once."""
    between, end = ("；", "。") if sheet.occasion.language == "zh" else ("; ", ".")
    last = len(found) - 1
    return [
        item.sentence(
            sheet,
            named=i == last or found[i + 1].name != item.name,
            end=_ended(item.text, end if i == last else between),
        )
        for i, item in enumerate(found)
    ]


def _ended(text: str, end: str) -> str:
    """A sentence that ends in a question mark needs no full stop."""
    return "" if text.endswith(("？", "?")) and end in ("。", ".") else end


def _quoted(sheet: Sheet, message: Message, quote: Quote, name: str, facts: tuple[str, ...]) -> Sentence | None:
    moved = message.sent_at is not None and has_day_word(quote.text)
    key = "quote.said_then" if moved else "quote.asked" if quote.question else "quote.said"
    day = sheet.occasion.when(message.sent_at) if message.sent_at else ""
    return sheet.phrase(key, {"name": name, "quote": _inner(quote.text), "when": day}, facts)


def _inner(text: str) -> str:
    """Return a quote for use inside “ ”: its own double marks become single ones."""
    return text.replace("“", "‘").replace("”", "’").replace('"', "'")


def _retold(sheet: Sheet, message: Message, quote: Quote) -> str:
    if message.sent_at is None:
        return quote.text
    said = local(message.sent_at, sheet.occasion.zone).date()
    return retold(quote.text, said, sheet.occasion.on)


def joined(names: Collection[str], language: str) -> str:
    """Return names as a list in a sentence."""
    found = list(names)
    if language == "zh":
        return "、".join(found)
    return found[0] if len(found) == 1 else ", ".join(found[:-1]) + f" and {found[-1]}" if found else ""
