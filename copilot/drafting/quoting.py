"""Say what somebody said in fewer of their own words: whole clauses that stood together, never a new word.

Extractive compression: clauses are scored by what they tell (numbers, times, the thread's keywords), fillers count
against them, and the best run of neighbouring clauses that fits is taken (a maximum subarray, cf. Clarke and Lapata 2008 on
compression as choosing what to keep). Clauses that need one another, such as a condition and what follows, stay together.
"""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from copilot.drafting.clusters import width
from copilot.drafting.voice import without_emoji
from copilot.signals.contacts import detect as contacts
from copilot.signals.context import Context
from copilot.signals.links import detect as links
from copilot.signals.privacy import detect as privacy
from copilot.text import text_views
from copilot.types import Community, Message

_HAN = "\u4e00-\u9fff"
_PLACEHOLDER = re.compile(r"\[[\u4e00-\u9fffA-Za-z]{1,8}\]|【[\u4e00-\u9fff]{1,6}】")
_MENTION = re.compile(r"@\S+(?:（[^）]{0,20}）)?[ \u3000]?")
_ENDS = "。！？!?；;…"
_BREAK = re.compile(
    rf"[。！？!?；;…～~]+|[，,、](?!\d)|\.(?=\s|$)|[\n\r]+"
    rf"|(?<=[{_HAN}：）”’%])[ \u3000]+(?=[{_HAN}《“（])|(?<=[{_HAN}]\d)[ \u3000]+(?=[{_HAN}])|(?<=[{_HAN}]\d\d)[ \u3000]+(?=[{_HAN}])"
    rf"|(?<=[{_HAN}]\d{{3}})[ \u3000]+(?=[{_HAN}])|(?<=[{_HAN}]\d{{4}})[ \u3000]+(?=[{_HAN}])"
    rf"|(?<=[{_HAN}）”’])[ \u3000]+(?=\d)(?!\s\d+(?:\.\d+)?\s)|(?<=\d)[ \u3000]+(?=\d+(?:[{_HAN}]|:\d\d))"
)
"""Where a clause ends. Members write a blank for a comma; the one around a Latin word or a lone number is none, and
neither is a full stop inside 2.5 or a.com."""
_FILLER = re.compile(
    r"^(?:各位|大家好?|亲们?|哈+|呵+|嘿+|嗯+|哦+|噢+|啊+|哎+|唉+|诶|欸|那个|这个|就是说?|对了|话说|顺便问下?|顺便|插个?[队话]|说一?下|请问|问个?(?:小事|问题|下)|请教(?:一?下|个问题)?|"
    r"早上?好|早|晚安|收到|好[的嘞]?|行|可以|ok|OK|重申|报告|注意啊?|看我|不好意思|抱歉|另外(?:通知一?下)?|通知一?下|谢谢\S{0,6}|感谢\S{0,6}|"
    r"\S{0,10}(?:早上|上午|下午|晚上|大家|邻居们|朋友们|家长们?)好|[Ss]o|[Ww]ell|[Oo]k(?:ay)?|[Hh]i(?: all)?|[Hh]ello(?: everyone)?|[Bb]tw|(?:[Gg]ood )?[Mm]orning(?: all| everyone)?|[Tt]hanks(?: \w+)?)$"
)
_OPENER = re.compile(
    r"^(?:各位[,，]?|大家[,，]?(?=[^都说好])|那(?=就)|那个(?=[^人])|对了|话说|顺便(?=问)|请问|另外(?=通知)|啊+|哦+|嗯+|哎+|唉+|重申[:：]|报告[:：]?|注意啊|注意[:：])"
)
_CLOSER = re.compile(r"(?:哈哈+|呵呵+|嘿嘿+|嘻嘻+|~+|～+|。。+|hhh+|233+)$")
_NEEDS_NEXT = re.compile(
    r"^(?:如果|要是|假如|只要|除非|万一|虽然|尽管|既然|因为|除了|即使|哪怕|不管|无论|不是(?!不)|与其|[Ii]f|[Uu]nless|[Bb]ecause|[Aa]lthough)"
)
_NEEDS_LAST = re.compile(
    r"^(?:但|可是|不过|然而|否则|不然|要不|就(?!是|在|这)|才|那就?|所以|因此|于是|而且|并且|而|还(?!有|在)|也|又|再|都|却|只是|除外|以外|以内|的话|"
    r"[Bb]ut|[Oo]therwise|[Ss]o|[Aa]nd|[Oo]r|[Tt]hen|[Uu]nless|[Ee]xcept)"
)
_TELLS = re.compile(
    r"\d|[一二三四五六七八九十百千万两]{2,}|[周星期]{1,2}[一二三四五六日天末]|今天|明天|后天|昨天|上午|下午|晚上|今晚|明早"
)
_SELF = re.compile(r"我|咱|俺|\b(?:I|my|me|we|our|us)\b|您|你(?!们好)")


@dataclass(frozen=True, slots=True)
class Quote:
    """A compressed message. `personal` says that it speaks of I or you, `telling` how much it says."""

    text: str
    personal: bool
    question: bool
    telling: float


def quotable(text: str) -> bool:
    """Whether a text may be passed on: it shows no contact, personal data or address."""
    views = text_views(text)
    context = Context(Message("", text), Community("", ""))
    return not any(detect(views, context) for detect in (contacts, privacy, links))


def compress(text: str, most: int, keywords: Collection[str] = ()) -> Quote | None:
    """Return the most telling run of clauses of at most `most` characters as wide as Chinese ones; None where nothing is worth saying.

    What shows contacts, personal data or links is left out. A clause that alone is too long is not cut, but given up.
    """
    found = [clause for clause in _clauses(text) if quotable(clause.text)]
    runs = _runs(found, most, keywords)
    if not runs:
        return None
    start, end = max(runs, key=lambda run: (runs[run], run[0] - run[1], -run[0]))
    said = "".join(clause.text + clause.end for clause in found[start:end]).rstrip("，, 、；;。.")
    said = _CLOSER.sub("", _OPENER.sub("", said)).strip()
    last = re.split(r"[，；。,;]", said)[-1]
    return Quote(said, bool(_SELF.search(said)), asks(last), runs[start, end])


def asks(text: str) -> bool:
    """Whether a text is a question, with or without its mark."""
    return bool(
        re.search(
            r"[？?]|[吗么呢](?=\W|$)|有没有|是不是|能不能|可不可以|要不要|会不会|有人\S{0,8}(?:知道|吗|没|过)|谁(?!都|也)|几点|几号|多少|哪[里家个儿天]|怎么[办弄走样说]|为什么|[没不]$"
            r"|^(?:who|what|when|where|why|how|does|do|is|are|can|could|should|any|anyone)\b",
            text,
            re.I,
        )
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    end: str
    bound: bool
    """Whether it needs the clause before it."""


def _clauses(text: str) -> list[_Clause]:
    """Return the clauses with what follows each, fillers at the edges dropped, dependent ones marked."""
    plain = without_emoji(_MENTION.sub("", _PLACEHOLDER.sub(" ", text))).strip()
    parts: list[tuple[str, str]] = []
    at = 0
    for match in _BREAK.finditer(plain):
        parts.append((plain[at : match.start()], _mark(match.group(), plain[at : match.start()])))
        at = match.end()
    parts.append((plain[at:], ""))
    told = [(part.strip(" \u3000"), end) for part, end in parts if re.search(r"\w", part)]
    while told and _FILLER.match(told[0][0]):
        told = told[1:]
    return [
        _Clause(part, end, bool(_NEEDS_LAST.match(part)) or (i > 0 and bool(_NEEDS_NEXT.match(told[i - 1][0]))))
        for i, (part, end) in enumerate(told)
    ]


def _mark(found: str, before: str) -> str:
    """Return the mark that a break is written as: a blank between Chinese clauses is a comma."""
    mark = found.strip()[:1]
    latin = before.isascii()
    if mark in tuple("？?"):
        return "? " if latin else "？"
    if mark in tuple("！!。；;…"):
        return {"!": "! ", ";": "; "}.get(mark, "；") if latin else "；"
    if mark == ".":
        return ". "
    if mark == "、":
        return "、"
    return ", " if mark == "," and latin else "，"


def _runs(found: Sequence[_Clause], most: int, keywords: Collection[str]) -> dict[tuple[int, int], float]:
    """Return the runs of clauses that fit and stand on their own, with how much each tells."""
    runs: dict[tuple[int, int], float] = {}
    for start, first in enumerate(found):
        if first.bound and start:
            continue
        length, told = 0.0, 0.0
        for end in range(start + 1, len(found) + 1):
            clause = found[end - 1]
            length += width(clause.text) + (1 if end - 1 > start else 0)
            told += _telling(clause.text, keywords)
            if length > most:
                break
            if (end == len(found) or not found[end].bound) and told > 0:
                runs[start, end] = told
    return runs


def _telling(clause: str, keywords: Collection[str]) -> float:
    """How much a clause tells: numbers and times most, then the thread's own words; a filler takes away."""
    if _FILLER.match(clause):
        return -1.0
    named = sum(1 for word in keywords if word and word in clause)
    return 0.3 + 1.2 * len(_TELLS.findall(clause)[:2]) + 0.8 * min(named, 2) + 0.02 * min(width(clause), 20)
