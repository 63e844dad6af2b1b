"""Of two opposites a sentence may not use the one that its facts do not: 涨 for 降, 南坡 for 北坡, all for some."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope
from copilot.drafting.gate.violation import Violation, ViolationKind

_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "涨价/降价 上涨/下跌 上涨/下降 上涨/下调 上调/下调 涨到/降到 提高/降低 增加/减少 升高/降低 提前/推迟 提前/往后 提前/推后 提前/延后 提前/延期 提早/推迟 开放/关闭 开门/关门 开通/关停 打开/关闭 启用/停用 恢复/停止 恢复/中断 恢复/停 开始/结束 开始/截止 开始/取消 成功/失败 通过/驳回 通过/未过 同意/反对 支持/反对 接受/拒绝 允许/禁止 可以/禁止 "
        "免费/收费 免费/付费 免费/自费 包含/不含 含/不含 自愿/强制 自愿/必须 可选/必须 找到/走丢 找到/丢失 捡到/丢失 捡到/丢 买/卖 买家/卖家 借入/借出 收入/支出 退款/扣款 线上/线下 室内/室外 上半年/下半年 公猫/母猫 公的/母的 男/女 以上/以下 以内/以外 之前/之后 以前/以后 超过/不足 超过/低于 高于/低于 多于/少于 "
        "至少/最多 取消/照常 还剩/欠 剩余/欠 缺/多了 缺/富余 想收/转 想收/转让 想买/转让 求购/转让 原价/加价 第一/最后 以内/以上 以下/以内 想收/要卖 求购/出售 收购/出售 收一/卖一 想收/想卖 求/出 别急/赶紧 别急/尽快 别急/赶快 不急/赶紧 不着急/尽快 至少/至多 最多/最少 最早/最晚 最高/最低 最大/最小 最好/最差 上楼/下楼 上行/下行 东侧/西侧 东门/西门 南门/北门 东边/西边 南边/北边 左侧/右侧 左边/右边 左耳/右耳 前门/后门 进口/出口 好转/恶化 稳定/危重 康复/住院 出院/住院 属实/不实 真的/假的 安全/危险 有毒/无毒 合格/不合格 新增/减少 盈利/亏损 回本/亏 "
        "增长/下降 扩大/缩小 加快/放慢 变大/变小 变甜/变酸 更甜/更酸 便宜/贵 便宜/昂贵 快/慢 早/晚到 全天/半天 全额/部分 单面/双面 正面/反面 生/熟 冷/热 干/湿 开机/关机 上线/下线 上架/下架 到货/缺货 有货/缺货 有水/停水 来水/停水 有电/停电 来电/停电 通车/封路 开奖/停售 发货/退货 录取/落榜 上岸/落榜 晋级/淘汰 赢/输 胜/负 收取/退还 缴纳/退还 报名/退出 入群/退群 加入/退出 留下/离开 保留/删除 保留/取消 保留/移除 续签/解约 延长/缩短 "
        "increase/decrease increased/decreased rise/fall rises/falls rose/fell raised/lowered up/down higher/lower more/fewer before/after earlier/later open/closed opens/closes opened/closed start/end starts/ends began/ended accepted/rejected approved/rejected allowed/forbidden allowed/banned free/paid found/lost win/lose won/lost buy/sell bought/sold online/offline indoors/outdoors north/south east/west left/right minimum/maximum least/most fixed/broken passed/failed succeeded/failed enabled/disabled included/excluded safe/unsafe safe/dangerous true/false always/never cheaper/dearer first/last faster/slower works/fails supported/unsupported added/removed inside/outside"
    ).split()
)
OPPOSITE_OF: dict[str, list[str]] = {}
for _one, _other in _OPPOSITES:
    OPPOSITE_OF.setdefault(_one, []).append(_other)
    OPPOSITE_OF.setdefault(_other, []).append(_one)
EITHER = re.compile(
    "|".join(
        rf"\b{word}\b" if word.isascii() else word for word in sorted(OPPOSITE_OF, key=lambda word: (-len(word), word))
    )
)
_ALL = re.compile(
    r"所有人|全体|全员|一致|人人|大家都|全部(?!门)|每个人|每家|都同意|从来|永远|一律|绝对|必定|肯定|一定会|百分之百|毫无疑问|\b(?:everyone|everybody|all (?:members|users|residents)|unanimous(?:ly)?|always|definitely|certainly|guaranteed)\b",
    re.I,
)
_DIRECTION = re.compile(r"[东南西北左右](?:[门侧边坡街岸口路桥站台楼座面区]|看台)")
_TOWARDS = re.compile(r"[东南西北](?:向|往|到)[东南西北]")


def check_polarity(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """Of two opposites a sentence uses the one that its facts use, and it does not say all where they do not."""
    text, said = claim.nameless(scope.names).lower(), claim.said.lower()
    for match in EITHER.finditer(text):
        used = match.group()
        opposites = OPPOSITE_OF[used]
        if find(said, used) < 0 and not any(find(text, word) >= 0 for word in opposites):
            opposite = next((word for word in opposites if find(said, word) >= 0), None)
            if opposite is not None:
                zh, en = f"“{used}”与事实“{opposite}”相反", f"{used!r} is the opposite of {opposite!r} in the facts."
                yield claim.objection(ViolationKind.POLARITY, zh, en, match.span())
    for match in _ALL.finditer(text):
        if match.group() not in said and not _ALL.search(said):
            zh, en = f"“{match.group()}”说过头了", f"{match.group()!r} says more than the facts."
            yield claim.objection(ViolationKind.POLARITY, zh, en, match.span())


def check_directions(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """南坡 is not 北坡, and from west to east not from east to west."""
    text, said = claim.nameless(scope.names), claim.said
    for match in _DIRECTION.finditer(text):
        others = [other for other in _DIRECTION.findall(said) if other[-1] == match.group()[-1]]
        if match.group() not in said and others:
            zh, en = f"事实里是“{others[0]}”", f"The facts say {others[0]!r}."
            yield claim.objection(ViolationKind.POLARITY, zh, en, match.span())
    for match in _TOWARDS.finditer(text):
        if match.group() not in said:
            yield claim.objection(ViolationKind.POLARITY, "方向与事实不符", "Another direction.", match.span())


def find(text: str, word: str) -> int:
    if word.isascii():
        match = re.search(rf"\b{re.escape(word)}\b", text)
        return match.start() if match else -1
    return text.find(word)
