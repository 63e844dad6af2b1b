"""What a briefing says beside its threads: open questions, what comes, what was read elsewhere, thanks and welcomes."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.drafting.clusters import cut
from copilot.drafting.days import has_day_word, local, retold
from copilot.drafting.digest import Digest, Thanks
from copilot.drafting.facts import member_fact, message_fact
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Sheet
from copilot.drafting.orders import markup, orders
from copilot.drafting.quoting import compress
from copilot.drafting.telling import joined
from copilot.drafting.types import Fact, Sentence
from copilot.types import Message

_MOST_QUESTIONS = 4
_MOST_NAMES = 6
_MOST_FEEDS = 3
_MOST_EVENTS = 4
_MOST_QUESTION = 36
_STALE = 2
"""Days after which a feed's title with 今天 or 本周 in it is left out."""


def messages(digest: Digest) -> dict[str, Message]:
    """Return the messages of a digest by id."""
    return {message.id: message for thread in digest.threads for message in thread.messages}


def open_questions(sheet: Sheet, digest: Digest) -> None:
    """Ask what nobody answered, on one line."""
    by_id = messages(digest)
    heading = sheet.phrase("briefing.open")
    zh = sheet.occasion.language == "zh"
    found: list[Sentence] = []
    for message in (by_id[i] for i in digest.open_questions if i in by_id):
        if orders(message.text) or len(found) == _MOST_QUESTIONS:
            continue
        quote = compress(message.text, _MOST_QUESTION)
        name = sheet.occasion.shown(message.author or "")
        if quote is None or not name:
            continue
        asked = _as_told(sheet, message, quote.text).rstrip("？?") + ("？" if zh else "?")
        by = sheet.phrase("quote.by", {"name": name})
        facts = sheet.know(message_fact(message, sheet.occasion.zone))
        found.append(Sentence(asked + (by.text if by else ""), facts))
    if heading is None or not found:
        return
    first = sheet.signed("briefing.open", heading)
    blank = "" if zh else " "
    between, end = ("；", "。") if zh else ("; ", ".")
    lines = [
        [Sentence(first.text + blank), *(Sentence(s.text + (end if s is some[-1] else between), s.facts) for s in some)]
        for some in (found[:n] for n in range(len(found), 0, -1))
    ]
    sheet.put(*lines[0], weight=96.6, section="open", shorter=lines[1:])


def _as_told(sheet: Sheet, message: Message, text: str) -> str:
    """Return a text with its day words as they are called today."""
    if message.sent_at is None:
        return text
    return retold(text, local(message.sent_at, sheet.occasion.zone).date(), sheet.occasion.on)


def event_lines(sheet: Sheet, events: Sequence[Fact]) -> None:
    """List what the group plans."""
    heading = sheet.phrase("briefing.events")
    found = [fact for fact in events if fact.trusted or not (orders(fact.text) or markup(fact.text))]
    if heading is None or not found:
        return
    sheet.put(sheet.signed("briefing.events", heading), weight=KEPT, section="events", heading=True)
    for i, fact in enumerate(found[:_MOST_EVENTS]):
        link = f" {fact.url}" if fact.url else ""
        sheet.put(Sentence(f"· {fact.text}{link}", sheet.know(fact)), weight=98.5 - i / 10, section="events")


def feed_lines(sheet: Sheet, feeds: Sequence[Fact]) -> None:
    """List what was read elsewhere: title and link. A title that gives orders or carries markup is left out."""
    heading = sheet.phrase("briefing.feeds")
    found = [fact for fact in feeds if fact.url and not orders(fact.text) and not markup(fact.text)]
    found = [fact for fact in found if not has_day_word(fact.text) or _fresh(sheet, fact)]
    if heading is None or not found:
        return
    sheet.put(sheet.signed("briefing.feeds", heading), weight=KEPT, section="feeds", heading=True)
    for i, fact in enumerate(found[:_MOST_FEEDS]):
        text = retold(fact.text, fact.at.date(), sheet.occasion.on) if fact.at else fact.text
        title = cut(" ".join(text.split()), sheet.occasion.room(60))
        sheet.put(Sentence(f"· {title} {fact.url}", sheet.know(fact)), weight=60.0 - i, section="feeds")


def _fresh(sheet: Sheet, fact: Fact) -> bool:
    """Whether the day words of a title can still be told: 今天 of a week ago cannot."""
    return fact.at is not None and 0 <= (sheet.occasion.on - fact.at.date()).days <= _STALE


def people(sheet: Sheet, digest: Digest) -> None:
    """Thank and welcome by name."""
    _thanks(sheet, digest)
    _newcomers(sheet, digest)


def _thanks(sheet: Sheet, digest: Digest) -> None:
    occasion, by_id = sheet.occasion, messages(digest)
    thanked: dict[str, Thanks] = {}
    for thanks in digest.thanks:
        name = occasion.shown(thanks.to) if thanks.to else ""
        if name and thanks.message in by_id:
            thanked.setdefault(name, thanks)
    if not thanked:
        return
    some = dict(list(thanked.items())[:_MOST_NAMES])
    facts = [
        fact
        for thanks in some.values()
        for fact in sheet.know(message_fact(by_id[thanks.message], occasion.zone), member_fact(thanks.to))
    ]
    values = {"names": joined(some, occasion.language), "when": occasion.when(digest.coverage.since)}
    said = sheet.phrase("briefing.thanks", values, tuple(dict.fromkeys(facts)))
    if said is not None:
        sheet.put(sheet.signed("briefing.thanks", said), weight=96.5)


def _newcomers(sheet: Sheet, digest: Digest) -> None:
    known = {name: nick for nick in digest.newcomers if (name := sheet.occasion.shown(nick))}
    names = list(known)[:_MOST_NAMES]
    if not names:
        return
    facts = [fact for name in names for fact in sheet.know(member_fact(known[name]))]
    said = sheet.phrase("briefing.newcomers", {"names": joined(names, sheet.occasion.language)}, facts)
    if said is not None:
        sheet.put(sheet.signed("briefing.newcomers", said), weight=96.7)
