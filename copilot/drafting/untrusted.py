"""Text of members and feeds, made harmless before a language model reads it.

Nothing here has to be perfect: the model has no tools, and whatever it writes passes the gate. It keeps the
ordinary attack from costing a draft.
"""

from __future__ import annotations

import re
import unicodedata

from copilot.rules.injection import injects
from copilot.text import text_views

# ruff: noqa: E501 - patterns: each Chinese character counts twice
_ORDERS = re.compile(
    r"^\W*(?:system|assistant|developer|系统|助手)(?:\s*(?:prompt|message|提示|消息|指令))?\s*[:：]|</?\s*(?:system|assistant|user|instructions?|data|资料|底稿|范文|问题)\s*>"
    r"|(?:新|最新|真正|隐藏)的?(?:系统)?(?:指令|指示|提示词)|(?:系统|开发者|管理员)(?:指令|提示词|消息)|提示词|^\W*#+\s*(?:instruction|指令)"
    r"|(?:忽略|无视|忘记|忘掉|跳过|丢弃)\W{0,4}\w{0,6}(?:规则|指令|指示|要求|提示|设定|资料|底稿|上文|前文)"
    r"|(?:写|加|放|插|塞|附|贴)(?:进|到|在|入|上)\W{0,2}(?:今天|今日|明天|这份|这篇)?的?(?:早报|欢迎语|草稿|底稿|标题|正文|开头|结尾|末尾)"
    r"|(?:早报|欢迎语|草稿|正文)\w{0,4}(?:里|中|开头|结尾|末尾|最后)\w{0,3}(?:必须|务必|一定要|请|要|都要)\w{0,4}(?:写|加|放|插|附|贴|输出|提到|推荐)"
    r"|(?:请|必须|务必|记得)\w{0,3}(?:早报|欢迎语|草稿|正文)\w{0,2}(?:里|中|开头|结尾|末尾|最后)\w{0,3}(?:写|加|放|插|附|贴|提到|推荐)"
    r"|(?:请|必须|务必|只|直接|原样|逐字)(?:你)?(?:只)?(?:输出|复述|打印)(?!机|店|纸)|(?:返回|输出|回答)\W?(?:safe|ok|true|allow)|你现在(?:是|扮演)(?:dan|一[个名位]|管理员|系统)"
    r"|(?:ai|大模型|语言模型|机器人|助手)\W{0,2}(?:请|必须|务必|你要|听好|注意)|读到(?:这|本)\w{0,4}的?\W?(?:ai|大模型|模型|机器人|助手)|(?:翻译|转换|解码)\w{0,6}(?:并|然后|后)执行"
    r"|(?:new|updated|real|hidden)\s+(?:system\s+)?(?:instruction|prompt|directive)s?\b|(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,4}(?:rules?|instructions?|prompts?|facts?|data|context)"
    r"|(?:add|include|insert|append|put|mention)\s+(?:\S+\s+){0,6}(?:in|into|to|at)\s+(?:the\s+|your\s+)?(?:briefing|digest|welcome|notice|draft|summary|output|answer|response)|in (?:the|your) (?:briefing|digest|summary|answer|output)\W+(?:say|write|claim|mention)"
    r"|(?:output|print|repeat|respond with|reply with|reveal)\s+(?:only|exactly|verbatim|the (?:system|above|following|prompt))|(?:dear|hey|attention)\W+(?:ai|assistant|model|llm)\b|you are an? (?:\w+ )?(?:assistant|ai|bot|model)\b"
)
_TEMPLATE = re.compile(r"\[(?=/?[A-Za-z_]{2,20}\])")
_SPACE = re.compile(r"\s+")
_SELECTORS = re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]|(?<=\ufe0f)\ufe0f+")
"""Variation selectors can carry hidden bytes; only the two that choose between text and emoji are kept, once each."""
_MARKS = re.compile(
    r"((?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]){2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
_JOINER = "\u200d"
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols by their category, and yet nothing on a screen."""
_ELLIPSIS = "…"


def clean(text: str, longest: int) -> str:
    """Return a text on one line without what no reader sees (control, bidirectional, tag, zero-width), cut to a length.

    The joiner inside an emoji stays, or a family would fall apart.
    """
    text = _SPACE.sub(" ", text)
    shown = "".join(c for i, c in enumerate(text) if _is_shown(c) or (c == _JOINER and _joins(text, i)))
    shown = _MARKS.sub(r"\1", _SELECTORS.sub("", shown)).strip()
    if len(shown) <= longest:
        return shown
    return shown[: longest - 1].rstrip(_JOINER + " ") + _ELLIPSIS


def orders(text: str) -> bool:
    """Whether a text speaks to a machine that reads it, instead of to people.

    It is looked for in the normal form, where full width, traditional characters and zero-width ones are no hiding place.
    """
    form = text_views(text).normal.text
    return injects(form) or _ORDERS.search(form) is not None


def without_marks(dumped: str) -> str:
    """Write a JSON string so that it holds no tag, no role marker and no template token (`<|im_end|>`, `[INST]`).

    The escapes mean the same characters, so a reader of JSON loses nothing.
    """
    dumped = dumped.replace("<", "\\u003c").replace(">", "\\u003e")
    return _TEMPLATE.sub("\\\\u005b", dumped)


def _is_shown(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


def _joins(text: str, at: int) -> bool:
    """Whether the joiner at a place stands between two emoji."""
    before = text[:at].rstrip("\ufe0f🏻🏼🏽🏾🏿")[-1:]
    after = text[at + 1 : at + 2]
    return all(c and unicodedata.category(c) == "So" for c in (before, after))
