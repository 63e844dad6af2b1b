"""Did a sentence turn round what its facts say: 不 added or dropped, 涨 for 降, a question told as a fact?

Local checks in place of an inference model: a negated stretch of words in a fact must stay negated where the sentence has the
same words, and the other way round; of two opposites a sentence may not use the one that the facts do not.
"""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.segments import segmented
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.quoting import asks
from copilot.drafting.types import Origin

_NOT = re.compile(
    r"(?:并|还|也|都|从|绝|暂|尚)?(?:不(?![错过仅但管同断如论只久少足])(?:能|会|要|用|可以?|需要?|必|得|许|让|是|再|算|收|敢|准)?|没(?:有|人|能|法)?(?![关事错收])|未(?:能|必|来得及)?(?!来)|别(?![人的墅名处急])|无(?:法|需|须)?(?![线人机论锡])|勿|非(?![常洲])|禁止|严禁|拒绝|谢绝|停止|取消|否认|莫)"
    r"|\b(?:not|no|never|none|without|cannot|can't|won't|don't|doesn't|didn't|isn't|aren't|wasn't|weren't|nobody|nothing|neither|nor|forbidden|cancel(?:l?ed|s)?)\b",
    re.I,
)
_ALTERNATIVE = re.compile(
    r"([\u4e00-\u9fff])不\1|是不是|能不能|要不要|会不会|有没有|可不可以|好不好|不是.{0,6}就是|行不行|对不对|没有没|不然|不过|不仅|不但|不管|不论|要不|差不多|说不定|不好意思|对不起|不错|没事|没关系|无论|非常|了不起|不一会|不久|免不了|忍不住|不得不|不断|不少|不如|只不过|没想到|没准|(?<=[\u4e00-\u9fff])[不没](?=[\s，,。？?；;]|$)|not only",
    re.I,
)
_BARE_NOT = re.compile(r"没有|[不没未别无勿]|禁止|严禁")
_TWICE = re.compile(r"(?:不|没|未|别|勿|禁止|严禁|不得)[\u4e00-\u9fff]?(?:不|没有?)(?=[\u4e00-\u9fff])")
_FOLLOWS = 4
_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "涨价/降价 上涨/下跌 上涨/下降 上涨/下调 上调/下调 涨到/降到 提高/降低 增加/减少 升高/降低 提前/推迟 提前/往后 提前/推后 提前/延后 提前/延期 提早/推迟 开放/关闭 开门/关门 开通/关停 打开/关闭 启用/停用 恢复/停止 恢复/中断 恢复/停 开始/结束 开始/截止 开始/取消 成功/失败 通过/驳回 通过/未过 同意/反对 支持/反对 接受/拒绝 允许/禁止 可以/禁止 "
        "免费/收费 免费/付费 免费/自费 包含/不含 含/不含 自愿/强制 自愿/必须 可选/必须 找到/走丢 找到/丢失 捡到/丢失 捡到/丢 买/卖 买家/卖家 借入/借出 收入/支出 退款/扣款 线上/线下 室内/室外 上半年/下半年 公猫/母猫 公的/母的 男/女 以上/以下 以内/以外 之前/之后 以前/以后 超过/不足 超过/低于 高于/低于 多于/少于 "
        "至少/最多 以内/以上 以下/以内 想收/要卖 求购/出售 收购/出售 收一/卖一 想收/想卖 求/出 别急/赶紧 别急/尽快 别急/赶快 不急/赶紧 不着急/尽快 至少/至多 最多/最少 最早/最晚 最高/最低 最大/最小 最好/最差 上楼/下楼 上行/下行 东侧/西侧 东门/西门 南门/北门 东边/西边 南边/北边 左侧/右侧 左边/右边 左耳/右耳 前门/后门 进口/出口 好转/恶化 稳定/危重 康复/住院 出院/住院 属实/不实 真的/假的 安全/危险 有毒/无毒 合格/不合格 新增/减少 盈利/亏损 回本/亏 "
        "增长/下降 扩大/缩小 加快/放慢 变大/变小 变甜/变酸 更甜/更酸 便宜/贵 便宜/昂贵 快/慢 早/晚到 全天/半天 全额/部分 单面/双面 正面/反面 生/熟 冷/热 干/湿 开机/关机 上线/下线 上架/下架 到货/缺货 有货/缺货 有水/停水 来水/停水 有电/停电 来电/停电 通车/封路 开奖/停售 发货/退货 录取/落榜 上岸/落榜 晋级/淘汰 赢/输 胜/负 收取/退还 缴纳/退还 报名/退出 入群/退群 加入/退出 留下/离开 保留/删除 保留/取消 保留/移除 续签/解约 延长/缩短 "
        "increase/decrease increased/decreased rise/fall rises/falls rose/fell raised/lowered up/down higher/lower more/fewer before/after earlier/later open/closed opens/closes opened/closed start/end starts/ends began/ended accepted/rejected approved/rejected allowed/forbidden allowed/banned free/paid found/lost win/lose won/lost buy/sell bought/sold online/offline indoors/outdoors north/south east/west left/right minimum/maximum least/most fixed/broken passed/failed succeeded/failed enabled/disabled included/excluded safe/unsafe safe/dangerous true/false always/never cheaper/dearer first/last faster/slower works/fails supported/unsupported added/removed inside/outside"
    ).split()
)
_OPPOSITE_OF: dict[str, list[str]] = {}
for _one, _other in _OPPOSITES:
    _OPPOSITE_OF.setdefault(_one, []).append(_other)
    _OPPOSITE_OF.setdefault(_other, []).append(_one)
_EITHER = re.compile(
    "|".join(
        rf"\b{word}\b" if word.isascii() else word for word in sorted(_OPPOSITE_OF, key=lambda word: (-len(word), word))
    )
)
_ALL = re.compile(
    r"所有人|全体|全员|一致|人人|大家都|全部(?!门)|每个人|每家|都同意|从来|永远|一律|绝对|必定|肯定|一定会|百分之百|毫无疑问|\b(?:everyone|everybody|all (?:members|users|residents)|unanimous(?:ly)?|always|definitely|certainly|guaranteed)\b",
    re.I,
)
_HEDGE = re.compile(
    r"可能|好像|似乎|听说|据说|估计|大概|应该|也许|或许|不确定|没准|说不定|貌似|怀疑|疑似|猜|印象|记得|感觉|觉得|看样子|maybe|perhaps|probably|possibly|might|may\b|seems?|heard|guess|think|likely|not sure|apparently|reportedly",
    re.I,
)
_ASKED = re.compile(
    r"问|[？?]|吗|求|请教|打听|想知道|待答|待解|没人[答回]|等.{0,4}[答回]|谁|哪|有没有|是否|能否|要不要|多少|几|怎么|如何|不确定|还没|没定|ask|wonder|question|whether|which|who|how|open",
    re.I,
)
_ATTRIBUTED = re.compile(
    r"说|称|认为|觉得|表示|提到|印象|据|建议|：|（[^）]+）|says?|said|according|thinks?|reports?|suggests?|\([^)]+\)"
)
_CONFIRMS = re.compile(
    r"已(?:经)?(?:确认|证实|确定|核实)|经(?:确认|证实|核实)|官方(?:确认|证实)|确定(?:了|会|要)|证实|confirmed|verified|officially",
    re.I,
)


def check_negation(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """What the facts deny stays denied, and what they affirm stays affirmed."""
    text, said = _plain(claim.nameless(scope.names)), _plain("\n".join(fact.text for fact in claim.facts))
    for words, span in _denied(text):
        if words in said and not _ever_denied(said, words):
            yield _turned(claim, span, "事实里没有否定", "The facts do not deny this.")
    for words in dict.fromkeys((*(words for words, _ in _denied(said)), *_words(text))):
        at = text.find(words)
        if at >= 0 and _closely_denied(said, words) and not _ever_denied(text, words) and not _affirmed(said, words):
            yield _turned(claim, (at, at + len(words)), "事实里是否定的", "The facts deny this.")
    yield from _cut_in(claim, text, said)
    if _has_denial(text) and not _has_denial(said) and not _negates_otherwise(said):
        match = next(_NOT.finditer(text))
        yield _turned(claim, match.span(), "事实里没有否定", "The facts deny nothing.")


def _cut_in(claim: Claim, text: str, said: str) -> Iterator[Violation]:
    """A negation cut out of, or put into, words that else stand there just so; and one put before another."""
    text_words, said_words = content(text), content(said)
    for joined, _ in _around(said):
        if joined in text_words and joined not in said_words:
            at = max(0, text.find(joined))
            yield _turned(claim, (at, at + len(joined)), "事实里是否定的", "The facts deny this.")
    for joined, span in _around(text):
        if joined in said_words and joined not in text_words:
            yield _turned(claim, span, "事实里没有否定", "The facts do not deny this.")
    for match in _TWICE.finditer(text):
        if content(match.group()) not in said_words:
            yield _turned(claim, match.span(), "否定了两次", "Denied twice.")


def _around(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the characters around each negation, put together, with its range."""
    for match in _BARE_NOT.finditer(text):
        left = re.split(r"[，,。；;！!？?\n]", text[: match.start()])[-1]
        right = re.split(r"[，,。；;！!？?\n（(\s]", text[match.end() :].lstrip())[0]
        before, after = content(left)[-2:], content(right)[:2]
        if re.fullmatch(r"[\u4e00-\u9fff0-9]{2}", before) and re.match(r"[\u4e00-\u9fff]", after):
            yield before + after, match.span()


def check_polarity(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Of two opposites a sentence uses the one that its facts use, and it does not say all where they do not."""
    text, said = claim.nameless(scope.names).lower(), claim.said.lower()
    for match in _EITHER.finditer(text):
        used = match.group()
        opposites = _OPPOSITE_OF[used]
        if _find(said, used) < 0 and not any(_find(text, word) >= 0 for word in opposites):
            turned = next((word for word in opposites if _find(said, word) >= 0), None)
            if turned is not None:
                zh, en = f"“{used}”与事实“{turned}”相反", f"{used!r} is the opposite of {turned!r} in the facts."
                yield claim.objection(ViolationKind.POLARITY, zh, en, match.span())
    for match in _ALL.finditer(text):
        if match.group() not in said and not _ALL.search(said):
            zh, en = f"“{match.group()}”说过头了", f"{match.group()!r} says more than the facts."
            yield claim.objection(ViolationKind.POLARITY, zh, en, match.span())


def check_certainty(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A question or a guess is not told as settled."""
    said = [fact.text for fact in claim.facts if fact.origin is Origin.MESSAGE and not fact.id.startswith("thread:")]
    if not said:
        return
    confirmed = _CONFIRMS.search(claim.open_text)
    if confirmed and not any(
        _CONFIRMS.search(text) or re.search(r"确认|核实|问过|查过|查了|问了|confirm|check", text) for text in said
    ):
        yield claim.objection(ViolationKind.CERTAINTY, "事实里没有确认", "The facts confirm nothing.", confirmed.span())
    open_text = claim.text
    if all(_only_asks(text) for text in said) and not _ASKED.search(open_text):
        yield claim.objection(ViolationKind.CERTAINTY, "把问题说成了事实", "A question is told as a fact.")
    elif not any(pattern.search(open_text) for pattern in (_HEDGE, _ATTRIBUTED, _ASKED)):
        told = [clause for text in said for clause in _supporting(claim.open_text, text)]
        if told and all(_HEDGE.search(clause) or _only_asks(clause) for clause in told):
            yield claim.objection(ViolationKind.CERTAINTY, "把猜测说成了事实", "A guess is told as a fact.")


def _supporting(text: str, said: str) -> list[str]:
    """Return the sentences of a message that a sentence tells: those with two or more of its character pairs."""
    words = content(text)
    pairs = {words[i : i + 2] for i in range(len(words) - 1)}
    parts = [part for part in re.split(r"[，,。！!；;\n]|(?<=[？?])", said) if re.search(r"\w", part)]
    return [part for part in parts if sum(pair in content(part) for pair in pairs) >= 2]


def _only_asks(text: str) -> bool:
    """Whether a message does nothing but ask."""
    parts = [part for part in re.split(r"[。！!；;\n]|(?<=[？?])", text) if re.search(r"\w", part)]
    return (
        bool(parts)
        and all(asks(part) for part in parts)
        and text.rstrip().endswith(("？", "?", "吗", "呢", "么", "没", "不"))
    )


def _plain(text: str) -> str:
    """Return a text with what only looks like a negation blanked."""
    return _ALTERNATIVE.sub(lambda m: " " * len(m.group()), text).lower()


def _denied(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the words right behind each negation, with the range from it to their end."""
    for match in _NOT.finditer(text):
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
    begins = any(_NOT.match(text, match.start()) for match in re.finditer(re.escape(words), text))
    return begins or any(_NOT.search(before) for before in _places(text, words))


def _closely_denied(text: str, words: str) -> bool:
    """Whether words stand right behind a negation, or a character or two away."""
    return any(_NOT.search(before[-4:]) for before in _places(text, words))


def _affirmed(text: str, words: str) -> bool:
    """Whether words also stand without a negation before them."""
    return any(not _NOT.search(before) for before in _places(text, words))


def _just_before(text: str, at: int) -> str:
    """Return the end of what stands before a place within its clause; a blank behind a Chinese word ends one."""
    clause = re.split(r"[，,。；;！!？?\n：:]|(?<=[\u4e00-\u9fff])(?<![不没未别无])\s", text[:at])[-1]
    return clause[-14:] if clause.isascii() else clause[-8:]


def _has_denial(text: str) -> bool:
    return bool(_NOT.search(text))


def _negates_otherwise(said: str) -> bool:
    """Whether facts deny in other words: 免, 缺, 停, 拒, 坏了, 失败."""
    return bool(
        re.search(
            r"免|缺|停|拒|坏|失败|截止|关|退|禁|不|没|无|未|别|踢|移出|撤|空|骗|假|fail|lack|miss|broke|stop|clos|refus",
            said,
        )
    )


def _find(text: str, word: str) -> int:
    if word.isascii():
        match = re.search(rf"\b{re.escape(word)}\b", text)
        return match.start() if match else -1
    return text.find(word)


def _turned(claim: Claim, span: tuple[int, int], zh: str, en: str) -> Violation:
    return claim.objection(ViolationKind.NEGATION, zh, en, span)
