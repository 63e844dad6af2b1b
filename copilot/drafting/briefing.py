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
from copilot.drafting.facts import count_fact, thread_fact
from copilot.drafting.fitting import KEPT
from copilot.drafting.occasion import Occasion, Sheet
from copilot.drafting.orders import markup, orders
from copilot.drafting.quoting import quotable
from copilot.drafting.sections import event_lines, feed_lines, messages, open_questions, people
from copilot.drafting.telling import Told, joined, together, told
from copilot.drafting.types import Draft, Fact, Kind, Origin, Sentence
from copilot.drafting.voice import without_emoji
from copilot.errors import InvalidInput
from copilot.types import Message

_MOST_THREADS = 8
_MOST_THIN = 3
_MOST_DECISIONS = 4
_QUOTE, _SHORT_QUOTE = 44, 28
"""Width of a quote in Chinese characters, and of its shorter version where room is scarce."""
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

    `calendar` names what day it is (holiday, solar term), `events` what the group plans, `feeds` what was read
    elsewhere, ranked. Raises `InvalidInput` for a digest of another community.
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
    open_questions(sheet, digest)
    event_lines(sheet, events)
    feed_lines(sheet, feeds)
    people(sheet, digest)
    _left_out(sheet, digest)
    sheet.put(_closing(sheet), weight=KEPT if occasion.voice.closings else 0.05)
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
    """Plan a thread's line: its name, then up to `count` of its sentences; return whether there is anything to tell."""
    words = (*item.thread.keywords, item.thread.topic)
    found = _chosen(sheet, item, _QUOTE, words, count)
    if not found:
        return False
    name = _topic(sheet, digest, item.thread, mark, " ".join(said.text for said in found))
    brief = _chosen(sheet, item, _SHORT_QUOTE, words, 1)
    texts = [said.text for said in found]
    shorter = [version for version in (found[:1], brief) if version and [said.text for said in version] != texts]
    lines = [(name, *together(sheet, version)) for version in shorter]
    sheet.put(name, *together(sheet, found), weight=weight, section="threads", shorter=lines)
    return True


def _chosen(sheet: Sheet, item: _Item, most: int, keywords: Collection[str], count: int) -> list[Told]:
    """Return what tells most of a thread, in order of time: what was settled above all, then numbers and outcomes."""
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


def _topic(sheet: Sheet, digest: Digest, thread: Thread, mark: str, told_of: str) -> Sentence:
    colon = "：" if sheet.occasion.language == "zh" else ": "
    said = next((m.sent_at for m in thread.messages if m.sent_at is not None), None)
    name = _name_of(thread, told_of)
    if told_of.casefold().startswith(name.casefold()):  # it says itself what it is about
        return Sentence(mark)
    name = retold(name, local(said, sheet.occasion.zone).date(), sheet.occasion.on) if said else name
    topic = cut(" ".join(without_emoji(name).split()), sheet.occasion.room(_TITLE))
    if not topic or orders(topic) or markup(topic) or not quotable(topic):
        return Sentence(mark)
    return Sentence(f"{mark}{topic}{colon}", sheet.know(thread_fact(digest, thread.id, sheet.occasion.zone)))


def _name_of(thread: Thread, told_of: str) -> str:
    """What to call a thread: its topic where what is told is about that, else a telling word of what is told.

    Else the topic again where it holds the most telling word of all, or a word that at least two members used.
    """
    topic, text = thread.topic.casefold(), told_of.casefold()
    words = [word for word in thread.keywords if len(word) > 1 and not any(map(str.isdigit, word))]
    telling = [word for word in words if word.casefold() in text]
    if any(word.casefold() in topic for word in telling) or any(run in text for run in _runs(topic)):
        return thread.topic
    if telling:
        return telling[0]
    if any(word.casefold() in topic for word in words[:1]):
        return thread.topic
    return next((word for word in words if len(_users(thread, word)) > 1), "")


def _users(thread: Thread, word: str) -> set[str | None]:
    return {message.author for message in thread.messages if word.casefold() in message.text.casefold()}


def _runs(topic: str) -> list[str]:
    """Three signs in a row, two of them Chinese, or a word of five letters: more than chance has in common."""
    runs = (topic[i : i + 3] for i in range(len(topic) - 2))
    chinese = [run for run in runs if sum("\u4e00" <= sign <= "\u9fff" for sign in run) > 1]
    return chinese + [word for word in topic.split() if len(word) > 4 and word.isascii()]


def _alike(one: str, other: str) -> bool:
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other)]
    return len(pairs[0] & pairs[1]) > 0.6 * min(len(pairs[0]), len(pairs[1]))


def _thin_lines(sheet: Sheet, digest: Digest, threads: Sequence[_Item]) -> None:
    """Tell the little there is, up to three things; where there is nothing, say so."""
    items = [item for item in threads if _chosen(sheet, item, _QUOTE, (), 1)][:_MOST_THIN]
    if not items:
        if digest.coverage.messages:
            sheet.put(sheet.phrase("briefing.nothing"), weight=KEPT)
        return
    heading = sheet.phrase("briefing.one" if len(items) == 1 else "briefing.few")
    sheet.put(heading, weight=KEPT, section="threads", heading=True)
    for item in items:
        _thread_line(sheet, digest, item, "", weight=90.0, count=2)


def _settled_elsewhere(sheet: Sheet, digest: Digest, threads: Sequence[_Item]) -> None:
    """Tell decisions of threads that have no line of their own."""
    told_already = {m.id for item in threads[:_MOST_THREADS] for m in item.settled}
    by_id = messages(digest)
    found = [by_id[i] for i in digest.decisions if i in by_id and i not in told_already]
    heading = sheet.phrase("briefing.decided")
    if heading is not None:
        sheet.put(sheet.signed("briefing.decided", heading), weight=KEPT, section="decided", heading=True)
    for message in found[:_MOST_DECISIONS]:
        said = told(sheet, message, _QUOTE)
        if said is not None:
            sheet.put(*together(sheet, [said]), weight=99.8, section="decided")


def _closing(sheet: Sheet) -> Sentence | None:
    """Return the community's own closing where it has one, else one of the stock's."""
    own = sheet.occasion.voice.closings
    if own:
        text = own[sheet.occasion.on.toordinal() % len(own)]
        fact = Fact("operator:closing", Origin.OPERATOR, text, trusted=True)
        return Sentence(text, sheet.know(fact))
    return sheet.phrase("briefing.closing")
