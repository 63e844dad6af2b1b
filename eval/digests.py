"""What digests tell of the group days, beside what annotators would tell: counts, likeness, readable text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from copilot.drafting.digest import Digest, Thread
from copilot.drafting.threads.day import Post
from eval.rouge import rouge_l, rouge_n
from training.days import CHAT, AnnotatedDay
from training.thread_cases import Sample
from training.threads import harmonic

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Measured:
    """A day, its digest as served, and the grouping of every message, with an encoder and without."""

    one: Sample
    digest: Digest
    grouped: Sequence[int]
    without: Sequence[int]

    @property
    def day(self) -> AnnotatedDay:
        """What the annotators made of it."""
        return self.one.day


def counts(part: str, what: str, pairs: Sequence[tuple[set[object], set[object]]]) -> Row:
    """Return precision, recall and F over all days together; each pair is (said, true) of one day."""
    hits = sum(len(said & true) for said, true in pairs)
    said, true = sum(len(s) for s, _ in pairs), sum(len(t) for _, t in pairs)
    precision, recall = hits / said if said else 0.0, hits / true if true else 0.0
    return {
        "part": part,
        "what": what,
        "said": said,
        "true": true,
        "right": hits,
        "P": precision,
        "R": recall,
        "F": harmonic(precision, recall),
    }


def told(found: Digest) -> list[Thread]:
    """Return the threads that are no small talk."""
    return [thread for thread in found.threads if not thread.chat]


def key_sentences(part: str, name: str, chosen: Sequence[Measured], pick: Callable[[Thread], Sequence[str]]) -> Row:
    """Return how many sentences that sum a day up were found, and ROUGE of their text against the annotators' ones."""
    pairs: list[tuple[set[object], set[object]]] = []
    likeness = []
    for each in chosen:
        said = {identity for thread in told(each.digest) for identity in pick(thread)}
        texts = {message.id: message.text for message in each.day.messages}
        ours, theirs = (
            "\n".join(text for identity, text in texts.items() if identity in ids)
            for ids in (said, each.day.key_sentences)
        )
        likeness.append((rouge_n(ours, theirs, 1), rouge_n(ours, theirs, 2), rouge_l(ours, theirs)))
        pairs.append((set(said), set(each.day.key_sentences)))
    means = np.mean(likeness, axis=0)
    row = counts(part, name, pairs)
    return row | {f"ROUGE-{kind}": float(mean) for kind, mean in zip("12L", means, strict=True)}


def longest(thread: Thread) -> list[str]:
    """Return the id of a thread's longest message."""
    return [max(thread.messages, key=lambda message: len(message.text)).id]


def findings(part: str, chosen: Sequence[Measured]) -> list[Row]:
    """Return how well open questions, decisions, thanks and newcomers are found, beside what each is compared with."""
    rows: list[tuple[str, Callable[[Measured], set[object]], Callable[[Measured], set[object]]]] = [
        ("open questions", lambda m: set(m.digest.open_questions), lambda m: set(m.day.open_questions)),
        ("… every question", lambda m: _where(m, lambda p: p.marks.asks), lambda m: set(m.day.open_questions)),
        ("decisions", lambda m: set(m.digest.decisions), lambda m: set(m.day.decisions)),
        (
            "… 定 and a time",
            lambda m: _where(m, lambda p: p.marks.settles and p.marks.times > 0),
            lambda m: set(m.day.decisions),
        ),
        ("thanks, message and whom", lambda m: {(t.message, t.to) for t in m.digest.thanks if t.to}, _thanked),
        ("newcomers", lambda m: set(m.digest.newcomers), lambda m: set(m.day.gold["newcomers"])),
    ]
    return [counts(part, name, [(said(m), true(m)) for m in chosen]) for name, said, true in rows]


def _where(each: Measured, condition: Callable[[Post], bool]) -> set[object]:
    return {post.message.id for post in each.one.evidence.posts if condition(post)}


def _thanked(each: Measured) -> set[object]:
    return {(line["message"], line["to"]) for line in each.day.gold["thanks"]}


def naming(part: str, chosen: Sequence[Measured]) -> Row:
    """Return how much of the annotators' titles our topics share, and whether heavy threads hold much worth telling.

    A thread's title is that of the annotators' thread most of its messages belong to. Ranks: Spearman's correlation of
    `weight` with the number of key sentences in a thread.
    """
    ours, first, ranks, small = [], [], [], []
    for each in chosen:
        titles = {thread["id"]: thread["title"] for thread in each.day.gold["threads"]}
        threads = told(each.digest)
        belongs = [[each.day.thread_of[message.id] for message in thread.messages] for thread in threads]
        names = [max(set(inside), key=inside.count) for inside in belongs]
        small += [name == CHAT for name in names]
        for thread, name in zip(threads, names, strict=True):
            if name != CHAT:
                ours.append(rouge_n(thread.topic, titles[name], 1))
                first.append(rouge_n(thread.messages[0].text[:8], titles[name], 1))
        if len(threads) > 2:
            keys = [sum(m.id in each.day.key_sentences for m in thread.messages) for thread in threads]
            ranks.append(float(spearmanr([thread.weight for thread in threads], keys).statistic))
    return {
        "part": part,
        "threads told": len(small),
        "small talk among them": float(np.mean(small)),
        "topic, ROUGE-1": float(np.mean(ours)),
        "… eight characters of the first message": float(np.mean(first)),
        "rank correlation": float(np.nanmean(ranks)),
        "thin right": f"{sum(m.digest.thin == m.day.thin for m in chosen)} of {len(chosen)}",
    }


def readable(found: Digest, day: AnnotatedDay) -> str:
    """Return a digest as text for people."""
    texts = {message.id: f"{message.author}: {message.text}" for message in day.messages}
    c = found.coverage
    lines = [
        f"{day.name}  {c.messages} messages, {c.left_out} left out, {c.members} members{', THIN' if found.thin else ''}"
    ]
    for thread in told(found):
        lines.append(f"\n[{thread.weight:.1f}] {thread.topic}  ({len(thread.messages)})  {' '.join(thread.keywords)}")
        lines += [f"    - {texts[identity]}" for identity in thread.key]
    for title, ids in (("Open", found.open_questions), ("Settled", found.decisions)):
        lines += ["", title, *(f"    - {texts[identity]}" for identity in ids)]
    lines += ["", "Thanks  " + ", ".join(f"{t.author} → {t.to or '?'}" for t in found.thanks)]
    lines += ["New     " + ", ".join(found.newcomers)]
    return "\n".join(lines)
