"""The morning briefing: what was said yesterday, what was settled, what still waits for an answer, and what comes.

Ranked threads first, each with one or two of its own sentences and, where something was settled in it, that first.
A thin day is told in a few lines. Every line but greeting, headings and closing rests on facts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from copilot.drafting.clusters import cut
from copilot.drafting.days import full_day, local, retold, short_day
from copilot.drafting.digest import Digest, Thread
from copilot.drafting.facts import count_fact, member_fact, message_fact, thread_fact
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Occasion, Sheet
from copilot.drafting.orders import markup, orders
from copilot.drafting.quoting import compress, quotable
from copilot.drafting.telling import Told, joined, together, told
from copilot.drafting.types import Draft, Fact, Kind, Origin, Sentence
from copilot.drafting.voice import without_emoji
from copilot.errors import InvalidInput
from copilot.types import Message

_MOST_THREADS = 8
_MOST_QUESTIONS = 4
_MOST_NAMES = 6
_MOST_FEEDS = 3
_MOST_EVENTS = 4
_QUOTE, _SHORT_QUOTE = 44, 28
"""Seen characters of a quote, and of its shorter version where room is scarce."""
_MOST_QUESTION = 36
_TITLE = 24
_TOLD_LONGER = 3
"""The first threads get two sentences, the others one."""


@dataclass(frozen=True, slots=True)
class _Item:
    """A thread with the messages that settled something in it, and the others that sum it up."""

    thread: Thread
    settled: tuple[Message, ...]
    key: tuple[Message, ...]


def briefing(
    occasion: Occasion,
    digest: Digest,
    *,
    calendar: Sequence[Fact] = (),
    events: Sequence[Fact] = (),
    feeds: Sequence[Fact] = (),
) -> Draft:
    """Compose a briefing for the morning of `occasion.on`.

    `calendar` names what day it is (holiday, solar term), `events` what the group plans, `feeds` what was read elsewhere,
    ranked. Raises `InvalidInput` for a digest of another community.
    """
    if digest.community != occasion.community.id:
        raise InvalidInput("the digest belongs to another community", param="digest")
    sheet = Sheet(occasion, Kind.BRIEFING)
    _title(sheet, calendar)
    _opening(sheet, digest)
    threads = _threads(digest)
    if digest.thin:
        _thin_lines(sheet, digest, threads)
    else:
        _thread_lines(sheet, digest, threads)
        _settled_elsewhere(sheet, digest, threads)
    _open_questions(sheet, digest)
    _event_lines(sheet, events)
    _feed_lines(sheet, feeds)
    _people(sheet, digest)
    _left_out(sheet, digest)
    sheet.put(_closing(sheet), weight=0.05)
    return sheet.draft(readable=_readable(occasion))


def _readable(occasion: Occasion) -> int:
    """How long the briefing may be: what the community's own drafts show, within what the channel's readers bear."""
    wished = occasion.voice.length or occasion.channel.readable
    return min(max(wished, 200), occasion.channel.readable)


def _title(sheet: Sheet, calendar: Sequence[Fact]) -> None:
    occasion = sheet.occasion
    voice = occasion.voice
    names = [fact for fact in calendar if fact.trusted or not orders(fact.text)][:2]
    key = "briefing.title_day" if names else "briefing.title"
    facts = ["community:name", f"day:{occasion.on.isoformat()}", *sheet.know(*names)]
    day = joined([fact.text for fact in names], occasion.language)
    title = sheet.phrase(key, {"name": _called(occasion), "date": occasion.today, "day": day}, facts)
    if title is None:
        return
    if occasion.language == "zh":
        divider = voice.divider if voice.divider.strip() else " "
        name = _called(occasion)
        text = title.text.replace(f"{name}早报｜", f"{name}{voice.title}{divider}", 1)
        own = Fact("operator:title", Origin.OPERATOR, voice.title, trusted=True)
        called = Fact("operator:name", Origin.OPERATOR, name, trusted=True)
        title = Sentence(text, (*title.facts, *sheet.know(own, called)))
    sheet.put(sheet.signed("briefing.title", title), weight=KEPT)


def _called(occasion: Occasion) -> str:
    """Return what the community is called in a title: its own short name, else its name without 群."""
    if occasion.voice.name:
        return occasion.voice.name
    name = occasion.community.name
    return name.removesuffix("群") or name


def _opening(sheet: Sheet, digest: Digest) -> None:
    """Say how much was read, and of which day."""
    occasion, coverage = sheet.occasion, digest.coverage
    since = local(coverage.since, occasion.zone)
    last = local(coverage.until - timedelta(seconds=1), occasion.zone)
    counts = {
        name: count_fact(name, number, occasion.language, since)
        for name, number in (
            ("messages", coverage.messages),
            ("members", coverage.members),
        )
    }
    values = {name: fact.text for name, fact in counts.items()}
    if since.date() == last.date():
        values["when"] = occasion.when(since)
    elif occasion.language == "zh":
        values["when"] = f"{short_day(since.date(), 'zh')}到{short_day(last.date(), 'zh')}"
    else:
        values["when"] = f"from {short_day(since.date(), 'en')} to {short_day(last.date(), 'en')}"
    key = "briefing.silent" if not coverage.messages else "briefing.thin" if digest.thin else "briefing.opening"
    sheet.know(
        Fact(
            "count:last",
            Origin.COUNT,
            full_day(last.date(), occasion.language),
            at=last,
            trusted=True,
        )
    )
    facts = (*sheet.know(counts["messages"], counts["members"]), "count:last")
    opening = sheet.phrase(key, values, facts)
    sheet.put(opening, weight=KEPT)


def _left_out(sheet: Sheet, digest: Digest) -> None:
    """Say what was not read, so that nobody takes the briefing for everything."""
    coverage, language = digest.coverage, sheet.occasion.language
    if coverage.left_out:
        counts = [
            count_fact("messages", coverage.messages, language, coverage.since),
            count_fact("left_out", coverage.left_out, language),
        ]
        values = {fact.id.partition(":")[2]: fact.text for fact in counts}
        sheet.put(sheet.phrase("briefing.left_out", values, sheet.know(*counts)), weight=KEPT - 1)


def _threads(digest: Digest) -> list[_Item]:
    """Return the threads that deserve telling, what was settled and what weighs most first."""
    found: list[_Item] = []
    settled = set(digest.decisions)
    for thread in digest.threads:
        decided = [m for m in thread.messages if m.id in settled]
        if thread.chat and not decided:
            continue
        by_id = {m.id: m for m in thread.messages}
        key = [by_id[i] for i in thread.key if i in by_id and i not in settled]
        if decided or key:
            found.append(_Item(thread, tuple(decided[-2:]), tuple(key)))
    return sorted(found, key=lambda t: -(t.thread.weight * (1.5 if t.settled else 1.0)))


def _thread_lines(sheet: Sheet, digest: Digest, threads: Sequence[_Item]) -> None:
    number = 1
    for item in threads:
        if number > _MOST_THREADS:
            break
        mark = sheet.occasion.voice.numbering.mark(number)
        if _thread_line(sheet, digest, item, mark, weight=100.0 - number, count=2 if number <= _TOLD_LONGER else 1):
            number += 1


def _thread_line(sheet: Sheet, digest: Digest, item: _Item, mark: str, weight: float, count: int) -> bool:
    """Plan a thread's line: its name, then up to `count` of its sentences; return whether there was anything to tell."""
    words = (*item.thread.keywords, item.thread.topic)
    found = _chosen(sheet, item, _QUOTE, words, count)
    if not found:
        return False
    name = _topic(sheet, digest, item.thread, mark)
    brief = _chosen(sheet, item, _SHORT_QUOTE, words, 1)
    shorter = [version for version in (found[:1], brief) if version and [t.text for t in version] != [t.text for t in found]]
    lines = [(name, *together(sheet, version)) for version in shorter]
    sheet.put(name, *together(sheet, found), weight=weight, section="threads", shorter=lines)
    return True


def _chosen(sheet: Sheet, item: _Item, most: int, keywords: Collection[str], count: int) -> list[Told]:
    """Return what tells most of a thread, in order of time: what was settled first of all, then numbers and outcomes."""
    order = {message.id: i for i, message in enumerate(item.thread.messages)}
    ranked: list[tuple[float, int, Told]] = []
    for message in (*item.settled, *item.key):
        said = told(sheet, message, most, keywords)
        if said is not None:
            place = order[message.id]
            late = place / max(1, len(order))
            ranked.append((said.telling + late + (10 if message in item.settled else 0), place, said))
    chosen: list[tuple[int, Told]] = []
    for _, place, said in sorted(ranked, key=lambda r: (-r[0], r[1])):
        if len(chosen) < count and not any(_alike(said.text, other.text) for _, other in chosen):
            chosen.append((place, said))
    return [said for _, said in sorted(chosen, key=lambda c: c[0])]


def _topic(sheet: Sheet, digest: Digest, thread: Thread, mark: str) -> Sentence:
    colon = "：" if sheet.occasion.language == "zh" else ": "
    said = next((m.sent_at for m in thread.messages if m.sent_at is not None), None)
    name = retold(thread.topic, local(said, sheet.occasion.zone).date(), sheet.occasion.on) if said else thread.topic
    topic = cut(" ".join(without_emoji(name).split()), _TITLE)
    if not topic or orders(topic) or markup(topic) or not quotable(topic):
        return Sentence(mark)
    return Sentence(f"{mark}{topic}{colon}", sheet.know(thread_fact(digest, thread.id, sheet.occasion.zone)))


def _alike(one: str, other: str) -> bool:
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other)]
    return len(pairs[0] & pairs[1]) > 0.6 * min(len(pairs[0]), len(pairs[1]))


def _thin_lines(sheet: Sheet, digest: Digest, threads: Sequence[_Item]) -> None:
    """Tell the little there is, up to three things; where there is nothing, say so."""
    told_threads = threads[:3]
    before = len(sheet.pieces)
    key = "briefing.one" if len(told_threads) == 1 else "briefing.few"
    sheet.put(sheet.phrase(key), weight=KEPT, section="threads", heading=True)
    count = sum(_thread_line(sheet, digest, item, "", weight=90.0, count=2) for item in told_threads)
    if count == 1 and len(told_threads) > 1:
        heading = sheet.phrase("briefing.one")
        del sheet.pieces[before : before + 1]
        sheet.put(heading, weight=KEPT, section="threads", heading=True)
        sheet.pieces.insert(before, sheet.pieces.pop())
    if not count and digest.coverage.messages:
        sheet.put(sheet.phrase("briefing.nothing"), weight=KEPT)


def _settled_elsewhere(sheet: Sheet, digest: Digest, threads: Sequence[_Item]) -> None:
    """Tell decisions of threads that have no line of their own."""
    told_already = {m.id for item in threads[:_MOST_THREADS] for m in item.settled}
    messages = _messages(digest)
    found = [messages[i] for i in digest.decisions if i in messages and i not in told_already]
    heading = sheet.phrase("briefing.decided")
    if heading is not None:
        sheet.put(sheet.signed("briefing.decided", heading), weight=KEPT, section="decided", heading=True)
    for message in found[:_MOST_QUESTIONS]:
        said = told(sheet, message, _QUOTE)
        if said is not None:
            sheet.put(*together(sheet, [said]), weight=99.8, section="decided")


def _messages(digest: Digest) -> dict[str, Message]:
    return {message.id: message for thread in digest.threads for message in thread.messages}


def _open_questions(sheet: Sheet, digest: Digest) -> None:
    """Ask what nobody answered, on one line."""
    messages = _messages(digest)
    heading = sheet.phrase("briefing.open")
    zh = sheet.occasion.language == "zh"
    found: list[Sentence] = []
    for message in (messages[i] for i in digest.open_questions if i in messages):
        if orders(message.text) or len(found) == _MOST_QUESTIONS:
            continue
        quote = compress(message.text, _MOST_QUESTION)
        name = sheet.occasion.shown(message.author or "")
        if quote is None or not name:
            continue
        asked = quote.text.rstrip("？?") + ("？" if zh else "?")
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


def _event_lines(sheet: Sheet, events: Sequence[Fact]) -> None:
    heading = sheet.phrase("briefing.events")
    found = [fact for fact in events if fact.trusted or not (orders(fact.text) or markup(fact.text))]
    if heading is None or not found:
        return
    sheet.put(sheet.signed("briefing.events", heading), weight=KEPT, section="events", heading=True)
    for i, fact in enumerate(found[:_MOST_EVENTS]):
        link = f" {fact.url}" if fact.url else ""
        sheet.put(Sentence(f"· {fact.text}{link}", sheet.know(fact)), weight=98.5 - i / 10, section="events")


def _feed_lines(sheet: Sheet, feeds: Sequence[Fact]) -> None:
    """List what was read elsewhere: title and link. A title that gives orders or carries markup is left out."""
    heading = sheet.phrase("briefing.feeds")
    found = [fact for fact in feeds if fact.url and not orders(fact.text) and not markup(fact.text)]
    if heading is None or not found:
        return
    sheet.put(sheet.signed("briefing.feeds", heading), weight=KEPT, section="feeds", heading=True)
    for i, fact in enumerate(found[:_MOST_FEEDS]):
        title = cut(" ".join(fact.text.split()), 60)
        sheet.put(Sentence(f"· {title} {fact.url}", sheet.know(fact)), weight=60.0 - i, section="feeds")


def _people(sheet: Sheet, digest: Digest) -> None:
    """Thank and welcome by name."""
    occasion = sheet.occasion
    messages = _messages(digest)
    thanked: dict[str, str] = {}
    for thanks in digest.thanks:
        name = occasion.shown(thanks.to) if thanks.to else ""
        if name and thanks.message in messages and name not in thanked:
            thanked[name] = thanks.message
    names = list(thanked)[:_MOST_NAMES]
    since = occasion.when(digest.coverage.since)
    if names:
        facts = [
            fact
            for thanks in digest.thanks
            if (name := occasion.shown(thanks.to)) in names and thanked[name] == thanks.message
            for fact in sheet.know(
                message_fact(messages[thanks.message], occasion.zone), member_fact(thanks.to, None)
            )
        ]
        said = sheet.phrase("briefing.thanks", {"names": joined(names, occasion.language), "when": since}, dict.fromkeys(facts))
        if said is not None:
            sheet.put(sheet.signed("briefing.thanks", said), weight=96.5)
    _newcomers(sheet, digest)


def _newcomers(sheet: Sheet, digest: Digest) -> None:
    known = {name: nick for nick in digest.newcomers if (name := sheet.occasion.shown(nick))}
    names = list(known)[:_MOST_NAMES]
    if not names:
        return
    facts = [fact for name in names for fact in sheet.know(member_fact(known[name]))]
    said = sheet.phrase("briefing.newcomers", {"names": joined(names, sheet.occasion.language)}, facts)
    if said is not None:
        sheet.put(sheet.signed("briefing.newcomers", said), weight=96.7)


def _closing(sheet: Sheet) -> Sentence | None:
    """Return the community's own closing where it has one, else one of the stock's."""
    own = sheet.occasion.voice.closings
    if own:
        text = own[sheet.occasion.on.toordinal() % len(own)]
        fact = Fact("operator:closing", Origin.OPERATOR, text, trusted=True)
        return Sentence(text, sheet.know(fact))
    return sheet.phrase("briefing.closing")
