"""The words of a theme: what it wants talked about, what kind of noun each is, and what it does not want."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import rjieba

from copilot.text import text_views

_SENTENCE = re.compile(r"[，,。.；;：:|｜\n（）()【】「」]+")
_PART = re.compile(r"[、/·]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|(?<=..)(?:和|与|及|以及)(?=..)")
_NO_NOUN = re.compile(r"[不别勿请也先再听随便]|可晒|欢迎|打气")
_VAGUE = frozenset(
    "活动 使用 生活 反馈 设备 规则 工具 数据 版本 操作 设定 作业 技术 中文 语言 成品 班级 安全 天气 近况 装备 用品 "
    "计划 动作 材料 费用 通知 开发 翻译 周末 集合 现场 报名 职业 条件 其他 闲聊 心态 情况 周边".split()
)
"""Words that could stand in any theme: a question about them would be a question about nothing."""
_PART_EN = re.compile(r"[/·]|\band\b|\bor\b|&")
_UNWANTED = re.compile(
    r"^(?:本群|群内|这里|严禁|谢绝)?(?:不|禁|拒绝?|勿|别|非本|少谈|谢绝|严禁|无关|没有)|免谈|不行$|"
    r"请(?:去|出|走|自觉)|勿[扰发]"
)
_UNWANTED_EN = re.compile(r"^(?:no|not|never|without|don't|do not|please (?:no|don't))\b", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?:本群|只[聊谈]|一起|家用|本地|业余|自用|主要|欢迎|关于|讨论)|"
    r"(?:的)?(?:交流群?|互助群?|分享|讨论|小组|群|同好|爱好者|之家|通知|答疑|记录|经验|心得|日常|常识|相关|问题|信息|求助|学习群?|思路|原则)$"
)
_ACTIVITY = re.compile(
    r"(?:练|学|跑|骑|钓|拍|读|写|养|种|做|烤|煮|编织|打磨|备考|备赛|备份|修剪|修图|修车|观鸟|保养|训练|复习|发酵|露营|徒步|选品|试吃|扦插|播种|育苗|堆肥|缝纫|涂装|拼装|改装|洗车|充电|自驾|出行|通勤|约跑|约球|爬坡|排练|练声|临帖|录音|剪辑|复盘|排舞|接线|布线|找房|看房|验收|喂养|带娃|遛娃|遛狗|打卡|刷题|背单词|跟读|口语|组局|开荒|打包|回访|领养|求职|面试|授粉|采收|过冬|摇蜜|分蜂|换盆|换弦|测压|减脂|增肌)$"
)
_THING = re.compile(
    r"(?:机|器|料|线|竿|鞋|车|盆|材|具|装备|用品|镜|镜头|豆|墨|纸|砚|服|包|板|针|灯|刀|饵|饵料|豆子|帐篷|键帽|耳机|键盘|球拍|球|毛线|线材|面料|器材|烤箱|相机|轮胎|茶|咖啡|模型|唱片|胶皮|头盔|书)$"
)
_TOUCHY = re.compile(r"药|检测|补剂|叶酸|卵泡|化验|处方|贷款|收益|仓位|账号|密码")
"""A question built on one of these invites advice that only a doctor or a broker may give."""
_LONGEST = 6
_LATIN = re.compile(r"[A-Za-z]")


class NounKind(StrEnum):
    """What may be said with a noun: one does it, one owns it, or one only talks about it."""

    ACTIVITY = "activity"
    THING = "thing"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of a theme, as it stands there."""

    text: str
    kind: NounKind


@lru_cache(maxsize=1024)
def clauses_of(theme: str) -> tuple[str, ...]:
    """Return the parts of a theme that say what belongs here."""
    return tuple(part for part in _sentences(theme) if not _is_unwanted(part))


def _sentences(theme: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(theme) if part.strip()]


def _is_unwanted(part: str) -> bool:
    return bool(_UNWANTED.search(part) or _UNWANTED_EN.search(part))


@lru_cache(maxsize=1024)
def nouns(theme: str) -> tuple[Noun, ...]:
    """Return what a theme names, in order, each of two to six characters (English: one to three words)."""
    found: dict[str, Noun] = {}
    for place, clause in enumerate(clauses_of(theme)):
        english = bool(_LATIN.search(clause)) and clause.isascii()
        parts = (_PART_EN if english else _PART).split(clause)
        if place and len(parts) < 2 and not english:
            continue  # a sentence of its own, not one of a list of subjects
        for part in parts:
            noun = _english(part) if english else _chinese(part)
            if noun:
                found.setdefault(noun.text, noun)
    return tuple(found.values())


def _chinese(part: str) -> Noun | None:
    said = part.strip(" 。！!？?…～~")
    for _ in range(3):
        said = _FRAME.sub("", said)
    if not 2 <= len(said) <= _LONGEST or said in _VAGUE or _NO_NOUN.search(said) or _TOUCHY.search(said):
        return None
    if not re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9.+# -]+", said):
        return None
    if _ACTIVITY.search(said):
        return Noun(said, NounKind.ACTIVITY)
    return Noun(said, NounKind.THING if _THING.search(said) else NounKind.TOPIC)


def _english(part: str) -> Noun | None:
    said = re.sub(r"^(?:the|a|an|our|your|all about|discussion of)\s+", "", part.strip(" .!?"), flags=re.IGNORECASE)
    if not 1 <= len(said.split()) <= 3 or len(said) < 3:
        return None
    return Noun(said, NounKind.ACTIVITY if said.split()[0].lower().endswith("ing") else NounKind.TOPIC)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Words that name something a community does not want, and how many of them a text needs to speak of it."""

    words: frozenset[str]
    enough: int


def barred(theme: str, bans: Sequence[str] = ()) -> tuple[Unwanted, ...]:
    """Return what a community does not want, from its theme and its rules that forbid (`bans`), in their own words.

    Where talking of it is unwanted (不谈, 不聊, 不比) one of the words is enough, else two: 不晒邻居门牌 does not ban
    neighbours.
    """
    said = [part for part in (*_sentences(theme), *(s for ban in bans for s in _sentences(ban))) if _is_unwanted(part)]
    found = []
    for part in said:
        for piece in re.split(r"[、/或\s]|(?<=.)不(?=[\u4e00-\u9fff])", part):
            words = frozenset(word for word in rjieba.cut(text_views(piece).normal.text) if _tells(word))
            if words:
                found.append(Unwanted(words, 1 if _TALK.search(piece) else min(2, len(words))))
    return tuple(found)


_TALK = re.compile(r"[谈聊比提评]|讨论|免谈|talk|discuss", re.IGNORECASE)


def speaks_of(text: str, unwanted: Sequence[Unwanted]) -> bool:
    """Whether a text speaks of something that a community does not want."""
    said = text_views(text).normal.text
    return any(sum(word in said for word in each.words) >= each.enough for each in unwanted)


_SAYS_LITTLE = frozenset(
    "本群 群里 群内 只能 允许 可以 严禁 禁止 拒绝 谢绝 请勿 不谈 不聊 不发 不晒 不卖 不比 不问 不说 免谈 大家 别人 "
    "其他 任何 内容 消息 广告 信息 有关 相关 交流 讨论 分享 发布 一律 移出 自觉 商家 请去 隔壁 谈论 "
    "no not never the and for please".split()
)


def _tells(word: str) -> bool:
    return len(word) >= 2 and word not in _SAYS_LITTLE and any(c.isalpha() for c in word)
