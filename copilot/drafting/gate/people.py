"""Names: whoever a sentence speaks of must be in its facts, and whoever it lets speak must have spoken."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from copilot.drafting.gate.claim import Claim, Scope, content, names_of
from copilot.drafting.gate.moments import moments
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.types import Fact, Origin

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤柯阮纪"
_TITLED = re.compile(
    rf"(?<![\u4e00-\u9fff])[老小阿][{_SURNAMES}](?![\u4e00-\u9fff]{{0,1}}(?:区|心|学|孩))|[{_SURNAMES}](?:总|工|姐|哥|叔|姨|伯|师傅|老师|医生|主任|经理|先生|女士|警官|律师|教授|老板|大爷|大妈|队长|书记|院长|校长)"
)
_SPEAKS = re.compile(
    r"(?:昨[天日晚]|今[天早日]|前天|还|也|刚|又|在群里|已|已经)?(?:说|问|表示|提到|提醒|分享|建议|回复|回应|介绍|认为|透露|指出|补充|确认|反馈|晒|通知|告知|推荐|解释|宣布|公布|发布|答复|感谢|谢谢|谢了|吐槽|抱怨|求助|请教|询问|打听|征集|提议|道谢|报告|称"
    r"|\s(?:said|says|asked|asks|wrote|writes|told|reported|reports|suggested|suggests|announced|confirmed|noted|thanked|thanks|recommends|recommended|shared|shares|wonders|wondered))"
)
_SPEAKER = re.compile(
    r"^\s*([A-Z][a-z]{2,})\s(?:said|says|ask|wrote|told|report|suggest|announce|confirm|thank|offer|found|booked)"
)
_BEFORE_QUOTE = re.compile(r"(?:^|[；;。] ?)([^\s“”：:，,。；;]{2,16})[:：] ?“")
_SOURCE = re.compile(r"[（(]([^\s（）()\d]{2,12})[）)](?=[。.；;，,]|\s*$)")
_ANOTHERS = 0.25
"""Share of a saying's character pairs by which another source must have more of them to be the one who said it."""
_BEHIND = re.compile(r"[（(](?:由)?\s*$")
_CAPITAL = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*")
_NO_NAME = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december good morning".split()
)


def check_names(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Members who are named must be in the cited facts; who is said to speak must be the author of one."""
    said = claim.said
    named = [name for fact in claim.facts for name in names_of(fact)]
    authors = {name for fact in claim.facts for name in names_of(fact) if fact.by}
    for name, start in _mentioned(claim, scope.names):
        if name not in named and name not in said:
            yield _unknown(claim, name, start)
        elif _speaks(claim.open_text, start, name) and not _spoke(name, authors, said):
            zh, en = f"说这话的不是“{name}”", f"It was not {name!r} who said so."
            yield claim.objection(ViolationKind.NAME, zh, en, (start, start + len(name)))
    yield from _strangers(claim, said)
    yield from _swapped(claim, scope)


def _swapped(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Who is said to have said it must be the one whose words it is, where several are cited."""
    if len({fact.by for fact in claim.facts if fact.by}) < 2:
        return
    for name, start in _mentioned(claim, scope.names):
        if not _speaks(claim.open_text, start, name):
            continue
        words = _pairs(re.split(r"[。；;\n]", claim.open_text[start + len(name) :])[0])
        own = [fact for fact in claim.facts if name in names_of(fact)]
        others = [fact for fact in claim.facts if name not in names_of(fact)]
        if own and others and max(map(words, others)) - max(map(words, own)) > _ANOTHERS:
            zh, en = f"这话不是“{name}”说的", f"These are not the words of {name!r}."
            yield claim.objection(ViolationKind.NAME, zh, en, (start, start + len(name)))


def _pairs(text: str) -> Callable[[Fact], float]:
    """Return a measure of how much of a text's character pairs a fact has; a thank-you counts by who thanks."""
    words = content(text)
    pairs = {words[i : i + 2] for i in range(len(words) - 1)}
    thanks = re.match(r".{0,4}(?:谢|thank)", text, re.I) is not None

    def covered(fact: Fact) -> float:
        said = content(fact.text)
        if thanks:
            return float("谢" in said or "thank" in said)
        return sum(pair in said for pair in pairs) / max(1, len(pairs))

    return covered


def _mentioned(claim: Claim, names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield the known names in a claim with their place, longest first, each place once."""
    text = claim.open_text
    for name in names:
        at = text.find(name)
        while at >= 0:
            inside = name.isascii() and (
                text[at - 1 : at].isalnum() or text[at + len(name) : at + len(name) + 1].isalnum()
            )
            if not inside:
                yield name, at
                text = text[:at] + "\x00" * len(name) + text[at + len(name) :]
            at = text.find(name, at + 1)


def _speaks(text: str, start: int, name: str) -> bool:
    end = start + len(name)
    return bool(_SPEAKS.match(text, end) or (_BEHIND.search(text[:start]) and text[end : end + 1] in ("）", ")")))


def _spoke(name: str, authors: set[str], said: str) -> bool:
    """Whether somebody is the author of a cited fact, or is said to have spoken in one."""
    return name in authors or bool(re.search(re.escape(name) + r".{0,3}(?:说|问|讲|提|通知|回|发)", said))


def _unknown(claim: Claim, name: str, start: int) -> Violation:
    zh, en = f"事实里没有“{name}”", f"The facts do not mention {name!r}."
    return claim.objection(ViolationKind.NAME, zh, en, (start, start + len(name)))


def _strangers(claim: Claim, said: str) -> Iterator[Violation]:
    """People whom no fact knows: 王师傅, 老李, somebody who is quoted, a capitalised word in an English sentence."""
    words = content(said)
    for name, start in _people(claim.open_text):
        unknown = [part for part in name.split() if part.lower() not in _NO_NAME and content(part)]
        if unknown and content(name) not in words and not all(content(part) in words for part in unknown):
            yield _unknown(claim, name, start)


def _people(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands where a name stands, with its place."""
    for pattern in (_TITLED, _BEFORE_QUOTE, _SOURCE, _SPEAKER, _CAPITAL):
        for match in pattern.finditer(text):
            group = pattern.groups
            if pattern is not _SOURCE or not moments(match[group], None):
                yield match[group], match.start(group)


def check_mentions(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """An @ calls somebody: nobody is called whom no cited fact names as a member, and never everybody."""
    members = {name for fact in claim.facts if fact.origin is Origin.MEMBER for name in names_of(fact)}
    for match in re.finditer(r"[@＠]\s?([^\s@＠，。,.:：!！?？]{1,30})", claim.text):
        if not any(match[1].startswith(name) for name in members):
            yield claim.objection(
                ViolationKind.MENTION, "不能@没有依据的人", "Nobody may be called with @ here.", match.span()
            )
