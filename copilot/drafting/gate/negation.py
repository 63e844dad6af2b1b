"""Did a sentence turn round what its facts say: a 不 added or dropped?

Local checks in place of an inference model: a negated stretch of words in a fact must stay negated where the sentence
has the same words, and the other way round.
"""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.segments import segmented
from copilot.drafting.gate.violation import Violation, ViolationKind

NOT = re.compile(
    r"(?:并|还|也|都|从|绝|暂|尚)?(?:不(?![错过仅但管同断如论只久少足])(?:能|会|要|用|可以?|需要?|必|得|许|让|是|再|算|收|敢|准)?|没(?:有|人|能|法)?(?![关事错收])|未(?:能|必|来得及)?(?!来)|别(?![人的墅名处急])|无(?:法|需|须)?(?![线人机论锡])|勿|非(?![常洲])|禁止|严禁|拒绝|谢绝|停止|取消|否认|莫)"
    r"|\b(?:not|no|never|none|without|cannot|can't|won't|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|nobody|nothing|neither|nor|forbidden|cancel(?:l?ed|s)?)\b",
    re.I,
)
_ALTERNATIVE = re.compile(
    r"([\u4e00-\u9fff])不\1|是不是|能不能|要不要|会不会|有没有|可不可以|好不好|不是.{0,6}就是|行不行|对不对|没有没|不然|不过|不仅|不但|不管|不论|要不|差不多|说不定|不好意思|对不起|不错|没事|没关系|无论|非常|了不起|不一会|不久|免不了|忍不住|不得不|不断|不少|不如|只不过|没想到|没准|(?<=[\u4e00-\u9fff])(?<![还都也])[不没](?=[\s，,。？?；;]|$)|not only",
    re.I,
)
_BARE_NOT = re.compile(r"没有|[不没未别无勿]|禁止|严禁")
_TWICE = re.compile(r"(?:不|没|未|别|勿|禁止|严禁|不得)[\u4e00-\u9fff]?(?:不|没有?)(?=[\u4e00-\u9fff])")
_FOLLOWS = 4


def check_negation(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """What the facts deny stays denied, and what they affirm stays affirmed."""
    text, said = plain(claim.nameless(scope.names)), plain("\n".join(fact.text for fact in claim.facts))
    for words, span in _denied(text):
        if words in said and not _ever_denied(said, words):
            yield turned(claim, span, "事实里没有否定", "The facts do not deny this.")
    for words in dict.fromkeys((*(words for words, _ in _denied(said)), *_words(text))):
        at = text.find(words)
        if at >= 0 and _closely_denied(said, words) and not _ever_denied(text, words) and not _affirmed(said, words):
            yield turned(claim, (at, at + len(words)), "事实里是否定的", "The facts deny this.")
    yield from _cut_in(claim, text, said)
    if denies(text) and not denies(said) and not denies_otherwise(said):
        match = next(NOT.finditer(text))
        yield turned(claim, match.span(), "事实里没有否定", "The facts deny nothing.")


def _cut_in(claim: Claim, text: str, said: str) -> Iterator[Violation]:
    """A negation cut out of, or put into, words that else stand there just so; and one put before another."""
    text_words, said_words = content(text), content(said)
    for joined, _ in _around(said):
        if joined in text_words and joined not in said_words:
            at = max(0, text.find(joined))
            yield turned(claim, (at, at + len(joined)), "事实里是否定的", "The facts deny this.")
    for joined, span in _around(text):
        if joined in said_words and joined not in text_words:
            yield turned(claim, span, "事实里没有否定", "The facts do not deny this.")
    for match in _TWICE.finditer(text):
        if content(match.group()) not in said_words:
            yield turned(claim, match.span(), "否定了两次", "Denied twice.")


def _around(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the characters around each negation, put together, with its range."""
    for match in _BARE_NOT.finditer(text):
        left = re.split(r"[，,。；;！!？?\n]", text[: match.start()])[-1]
        right = re.split(r"[，,。；;！!？?\n（(\s]", text[match.end() :].lstrip())[0]
        before, after = content(left)[-2:], content(right)[:2]
        if re.fullmatch(r"[\u4e00-\u9fff0-9]{2}", before) and re.match(r"[\u4e00-\u9fff]", after):
            yield before + after, match.span()


def plain(text: str) -> str:
    """Return a text with what only looks like a negation blanked."""
    return _ALTERNATIVE.sub(lambda m: " " * len(m.group()), text).lower()


def denies(text: str) -> bool:
    return bool(NOT.search(text))


def denies_otherwise(said: str) -> bool:
    """Whether facts deny in other words: 免, 缺, 停, 拒, 坏了, 失败."""
    return bool(
        re.search(
            r"免|缺|停|拒|坏|失败|截止|关|退|禁|不|没|无|未|别|踢|移出|撤|空|骗|假|fail|lack|miss|broke|stop|clos|refus",
            said,
        )
    )


def turned(claim: Claim, span: tuple[int, int], zh: str, en: str) -> Violation:
    return claim.objection(ViolationKind.NEGATION, zh, en, span)


def _denied(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the words right behind each negation, with the range from it to their end."""
    for match in NOT.finditer(text):
        behind = re.match(r"\s?([\u4e00-\u9fff]{2,4}|[a-z]{3,}(?: [a-z]{3,})?)", text[match.end() :])
        if behind:
            words = behind[1][:_FOLLOWS]
            words = words[:2] if re.match(r"[\u4e00-\u9fff]", words) else behind[1]
            yield words, (match.start(), match.end() + behind.end())


def _words(text: str) -> list[str]:
    """Return the words of two characters and more."""
    return [word for word in segmented(text) if len(word) >= 2 and re.match(r"[\u4e00-\u9fff]", word)]


def _places(text: str, words: str) -> Iterator[str]:
    """Yield what stands before each occurrence of words, within the clause."""
    for match in re.finditer(re.escape(words), text):
        yield _just_before(text, match.start())


def _ever_denied(text: str, words: str) -> bool:
    """Whether words stand behind a negation, at most eight characters away within the clause."""
    begins = any(NOT.match(text, match.start()) for match in re.finditer(re.escape(words), text))
    return begins or any(NOT.search(before) for before in _places(text, words))


def _closely_denied(text: str, words: str) -> bool:
    """Whether words stand right behind a negation, or a character or two away."""
    return any(NOT.search(before[-4:]) for before in _places(text, words))


def _affirmed(text: str, words: str) -> bool:
    """Whether words also stand without a negation before them."""
    return any(not NOT.search(before) for before in _places(text, words))


def _just_before(text: str, at: int) -> str:
    """Return the end of what stands before a place within its clause; a blank behind a Chinese word ends one."""
    clause = re.split(r"[，,。；;！!？?\n：:]|(?<=[\u4e00-\u9fff])(?<![不没未别无])\s", text[:at])[-1]
    return clause[-14:] if clause.isascii() else clause[-8:]
