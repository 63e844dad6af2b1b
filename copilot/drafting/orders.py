"""Text of members and feeds that reads like an order: to a machine, or to the members through the draft."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re

from copilot.rules.injection import injects
from copilot.text import text_views

_TO_A_MACHINE = re.compile(
    r"(?:忽略|无视|忘[记掉]|不要理会)\S{0,10}(?:指令|提示|规则|设定|要求|内容)|(?:输出|打印|复述|泄露|显示)\S{0,6}(?:提示词|系统提示|指令|密钥|口令)"
    r"|(?:请|必须|务必|立即|马上|现在|开始|直接)\S{0,6}(?:输出|回复|回答|复述|翻译成|改写成|写一?[首篇段]|扮演|宣布|公布|群发|转发给|@所有人|艾特所有人)"
    r"|(?:欢迎语|公告|早报|简报|摘要|总结|回复)(?:里|中|内|末尾|最后|开头)?\S{0,4}(?:必须|务必|要|请|改成|改为|写上|加上|附上|插入|包含)"
    r"|(?:你|AI|机器人|助手)(?:现在)?(?:是|要|必须|得|应该|只能|需要)\S{0,12}(?:管理员|群主|输出|回复|回答|听|服从|执行|宣布|踢|禁言)"
    r"|(?:设|提升|授权|任命|升)(?:为|成)?(?:管理员|群主)|(?:把|将)\S{0,12}(?:踢出|移出|禁言|设为管理)|解除\S{0,4}(?:限制|禁言|封禁)"
    r"|(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruction|prompt|rule|above|previous|system|filter)"
    r"|(?:repeat|print|reveal|output|show|leak)\b.{0,30}\b(?:prompt|instruction|system|password|secret|key)"
    r"|(?:reply|respond|answer|say|write|announce|tell|post)\b.{0,16}\b(?:with|only|exactly|everyone|all members|that|in all caps|the following)"
    r"|\byou (?:are|must|should|will|have to)\b.{0,24}\b(?:now|admin|assistant|obey|say|reply|include|recommend|announce|ban|kick)"
    r"|(?:promote|make|grant)\b.{0,12}\badmin|\b(?:new|updated|hidden) (?:instruction|rule|task)s?\b|\bas an ai\b|end of (?:prompt|instructions|data)"
)
_ROLE_MARK = re.compile(
    r"(?:^|[\s\"'\[<{])(?:system|assistant|user|developer|tool|系统|助手|用户|管理员通知)\s*[:：>\]]|<\|[a-z_]*\|?>?|\[/?inst\]|<</?sys>>|###\s*\w+|</?(?:system|s|facts|data|message|script|img|a|b|iframe)\b|```|\bim_(?:start|end)\b",
    re.I,
)
_MARKUP = re.compile(r"<[a-zA-Z/!][^>\n]{0,200}>|!?\[[^\]\n]{0,80}\]\([^)\n]{0,200}\)|\[CQ:[a-z]|\{\{|\{%|\$\{", re.I)
_GAPS = re.compile(r"[^\w<|\[\]]+")


def orders(text: str) -> bool:
    """Whether a text reads like an order or carries the marks of a role, with or without gaps between characters."""
    form = text_views(text).normal.text.lower()
    return bool(
        injects(form)
        or _TO_A_MACHINE.search(form)
        or _TO_A_MACHINE.search(_GAPS.sub("", form))
        or _ROLE_MARK.search(text)
    )


def markup(text: str) -> re.Match[str] | None:
    """Return what would be read as markup by a platform or a browser, if anything."""
    return _MARKUP.search(text) or re.search(r"<\|[a-z_]+\|>|\[/?INST\]|```", text)


HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e001f]"
)
"""Control characters, zero-width characters and what turns the direction of reading."""
