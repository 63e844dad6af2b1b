"""The things that a clause names in so many words: 砍价, 拼团, 返利链接. On the normal form."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re

from copilot.rules.topics import TOPICS

_QUOTED = re.compile(r"[“\"「『《【‘']([^“”\"「」『』《》【】‘’']{2,12})[”\"」』》】’']")
_LISTED = re.compile(
    r"(?:禁止|严禁|不准|不许|不要|不得|不能|请勿|勿|别(?!人)|禁(?![言止])|不发|不搞|不转|不卖|拒绝|谢绝|可以|可(?!以)|允许|欢迎)(?:在群里|群内|本群|发布|发送|发|转发|转|传播|推销|张贴|贴|讨论|聊|传|出|卖|搞|任何|各类|各种)*"
    r"(?P<things>[\u4e00-\u9fffa-z\d]{2,8}(?:[、/和及或]\s*[\u4e00-\u9fffa-z\d]{2,8})*)(?=[,。;、:!\s)]|$|等|的|之类|以及|信息)"
)
_BEFORE = re.compile(r"(?P<things>[\u4e00-\u9fffa-z\d]{2,8}(?:[、/]\s*[\u4e00-\u9fffa-z\d]{2,8})+)")
_EDGES = re.compile(
    r"^(?:以及|凡是|凡带|凡|带|写明|写|一切|或者|任何|各类|各种|所有|一切|其他|其它|等|的|和|及|与|在|把|将|对|说|聊|发|转|贴|传|问|拉|做)+|(?:之类|这类|等等|等|的话|的|了|不要|别|不|一律|都|请|信息|内容|行为|消息)+$"
)
_ORDINARY = frozenset(
    "可以 不要 大家 本群 群里 群内 群主 管理 管理员 群友 成员 朋友 同学 老师 家长 孩子 自己 别人 他人 人家 问题 消息 信息 内容 行为 事情 东西 时间 地方 情况 文章 视频 图片 照片 链接 "
    "文件 电话 手机 微信 活动 通知 聊天 说话 讨论 交流 分享 发言 提问 求助 评论 意见 新闻 名字 姓名 住址 地址 截图 公告 今天 明天 每天 晚上 早上 中午 周末 工作 学习 生活 学校 公司 "
    "单位 医院 小区 家里 第一次 第二次 警告 提醒 禁言 移出 踢出 一次 一天 两天 三天 重复 随便 随时 直接 违者 一律 严禁 禁止 允许 欢迎 正常 无关 相关 有关 其他 其它 全部 所有 任何 "
    "老人 司机 师傅 医生 护士 电影 游戏 学长 学姐 笔记 合同 密码 价格 报名 培训 保险 课程 房子 衣服 孩子们 老板 猫狗 装修 维修 摄影 买卖 朋友圈 出门 上班 下班 病情 病历 学号 工资 "
    "的 links link post posts other people code english chinese rules".split()
)
"""Words that anybody writes without breaking anything; to name them in a clause does not make them a sign."""
_NO_THING = re.compile(
    r"每?[周星礼][期拜]?[一二三四五六日天末]|[一二三两几半每\d]|别人|他人|自己|人家|群里|到群|大家|有人|没有?|不|如有|者|以|言|行"
)
"""How what only looks like a thing begins: times, numbers, people, and remains of cut words."""
_LONGEST, _LONGEST_UNQUOTED = 8, 5
_MOST = 12
_SPECIFIC = frozenset(word for topic in TOPICS for word in topic.named if len(word) >= 2)


def keywords_of(form: str) -> tuple[str, ...]:
    """Return the things that a clause names, in order of place: what it quotes, lists, or what its verb governs.

    Ordinary words are left out, and so is whatever is one character long.
    """
    found: dict[str, None] = {}
    for pattern in (_QUOTED, _LISTED, _BEFORE):
        for match in pattern.finditer(form):
            things = match.group("things") if "things" in pattern.groupindex else match.group(1)
            for thing in re.split(r"[、/和及或,，\s]+", things):
                word = _EDGES.sub("", thing.strip())
                longest = _LONGEST if pattern is _QUOTED else _LONGEST_UNQUOTED
                if 2 <= len(word) <= longest and _is_thing(word):
                    found[word] = None
    for word in _SPECIFIC:
        if word not in _ORDINARY and word in form and word.isascii() is False:
            found.setdefault(word, None)
    ordered = sorted(found, key=lambda word: (form.find(word), -len(word)))
    return tuple(word for word in ordered if not _covered(word, ordered))[:_MOST]


def _is_thing(word: str) -> bool:
    return word not in _ORDINARY and not word.isdigit() and not _NO_THING.match(word)


def _covered(word: str, words: list[str]) -> bool:
    """Whether another keyword is a shorter core of this one and names the thing by itself."""
    return any(other != word and other in word and other in _SPECIFIC for other in words)


def telling(word: str) -> bool:
    """Whether a keyword is the community's own: no known topic has it, and three characters make it no ordinary word."""
    return len(word) >= 3 and word not in _SPECIFIC
