"""New words: what a language model says that its facts do not.

Every content word of a sentence should be found in the cited facts: itself, a near form (two shared characters in a row, an English
stem), an everyday paraphrase from `paraphrases.toml`, or a word that only reports. The share of characters in other words is
the novelty; `MOST_NEW` was chosen on the tuning half of the rewordings in `eval/gate_rewordings.jsonl`. Cf. the
extractive fragment coverage of Grusky et al. 2018 ("Newsroom"), which measures the same share the other way round.
"""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.moments import moments
from copilot.drafting.gate.quantities import quantities
from copilot.drafting.gate.segments import segmented
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.stock import stock

MOST_NEW = 0.25
"""Share of new content above which a sentence is not its facts' any more."""
MOST_NEW_CHARACTERS = 4
"""New content that is too much however long the sentence is: a whole new claim."""
MOST_NEW_IN_FRAME = 0.5
_FRAME_LENGTH = 60
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z]{3,}")


def check_novelty(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A sentence may not bring content of its own."""
    new, all_words = _new_words(claim, scope)
    said = content(claim.said)
    size = sum(_weight(word, said) for word, _ in new)
    share = size / max(1.0, sum(_length(word) for word in all_words))
    if share <= MOST_NEW and size <= MOST_NEW_CHARACTERS:
        return
    words = "、".join(word for word, _ in new[:5])
    start = min(at for _, at in new)
    zh, en = f"事实里没有：{words}", f"Not in the facts: {words}."
    yield claim.objection(ViolationKind.UNSUPPORTED, zh, en, (max(0, start), len(claim.text)))


def check_free_frame(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A model's sentence without facts is a greeting or a heading: short, and without numbers, names or news."""
    text = claim.open_text
    if not content(text):
        return
    named = next((name for name in scope.names if name in text), None)
    if (
        named
        or quantities(text)
        or any(not moment.part[1] for moment in moments(text, None) if _is_news(text, moment.span))
    ):
        zh, en = "没有依据的句子不能有数字、时间或人名", "A sentence without facts may hold no number, time or name."
        yield claim.objection(ViolationKind.UNSOURCED, zh, en)
        return
    words = [word for word, _ in _content_words(text)]
    new = [word for word in words if not _everyday(word, scope.draft.language)]
    share = sum(map(len, new)) / max(1, sum(map(len, words)))
    if len(text) > _FRAME_LENGTH or (share > MOST_NEW_IN_FRAME and words):
        yield claim.objection(ViolationKind.UNSOURCED, "这句话没有依据", "Nothing supports this sentence.")


def _length(word: str) -> float:
    """Return how much a word says, in Chinese characters."""
    return len(word) / 3 if word.isascii() else float(len(word))


def _weight(word: str, said: str) -> float:
    """Return how much of a word is new: characters that the facts use elsewhere count half."""
    if word.isascii():
        return _length(word)
    return sum(0.5 if char in said else 1.0 for char in word)


def _is_news(text: str, span: tuple[int, int]) -> bool:
    """今天, 昨天 and so on belong to greetings."""
    return text[slice(*span)].lower() not in ("今天", "今日", "昨天", "昨日", "今早", "today", "yesterday")


def _new_words(claim: Claim, scope: Scope) -> tuple[list[tuple[str, int]], list[str]]:
    """Return the content words that nothing supports with their places, and all content words."""
    text = _blanked(claim, scope)
    said = content(claim.said)
    stems = {_stem(word) for word in _LATIN.findall(claim.said.lower())}
    new = [(word, at) for word, at in _content_words(text) if not _supported(word, said, stems, scope.draft.language)]
    return new, [word for word, _ in _content_words(claim.text)]


def _blanked(claim: Claim, scope: Scope) -> str:
    """Return a claim without names, numbers and times, which have checks of their own."""
    text = claim.nameless(scope.names)
    spans = [*(q.span for q in quantities(text)), *(m.span for m in moments(text, scope.on))]
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _content_words(text: str) -> Iterator[tuple[str, int]]:
    """Yield the words of a text that say something, with their places; single characters say too little."""
    at = 0
    for word in segmented(text.lower()):
        if (_HAN.search(word) and len(word) >= 2) or _LATIN.fullmatch(word):
            yield word, at
        at += len(word)


def _supported(word: str, said: str, stems: set[str], language: str) -> bool:
    if word in said or reports(word):
        return True
    if word.isascii():
        return _stem(word) in stems or any(_stem(other) in stems for other in _paraphrases(word, language))
    if any(other in said for other in _paraphrases(word, language)):
        return True
    if len(word) >= 3:
        return any(word[i : i + 2] in said for i in range(len(word) - 1))
    return all(char in said for char in word) and _close(word, said)


def _close(word: str, said: str) -> bool:
    """Whether two characters stand within four of one another, in their order: 换锁 in 换了一把锁."""
    return re.search(re.escape(word[0]) + ".{0,4}" + re.escape(word[1]), said) is not None


def _stem(word: str) -> str:
    for ending in (
        "ations",
        "ation",
        "ingly",
        "ings",
        "ing",
        "edly",
        "ied",
        "ies",
        "ers",
        "ed",
        "es",
        "ly",
        "er",
        "s",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files("copilot.drafting.gate") / "paraphrases.toml").read_text("utf-8"))


@cache
def _reporting(language: str) -> frozenset[str]:
    tables = _tables()
    return frozenset(word for name in ("reporting", "function") for word in tables[language][name].split())


def reports(word: str) -> bool:
    """Whether a word only tells that something was said, or joins other words."""
    return word in _reporting("zh" if _HAN.search(word) else "en")


@cache
def _groups(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _tables()[language]["groups"].strip().splitlines():
        group = frozenset(line.split())
        for word in group:
            found[word] = found.get(word, frozenset()) | group
    return found


def _paraphrases(word: str, language: str) -> frozenset[str]:
    return _groups("zh" if _HAN.search(word) else "en").get(word, frozenset())


@cache
def _frame_words(language: str) -> frozenset[str]:
    words = {word for phrase in stock(language).all() for word, _ in _content_words(phrase.template)}
    return frozenset(words) | frozenset(_tables()[language]["frame"].split())


def _everyday(word: str, language: str) -> bool:
    """Whether a word belongs to greetings, headings and goodbyes."""
    return (
        reports(word)
        or word in _frame_words(language)
        or any(word in own or own in word for own in _frame_words(language) if len(own) >= 2 and not own.isascii())
    )
