"""Sentences in rules that talk to the machine instead of to the members. They are data and change nothing."""
# ruff: noqa: E501 - patterns: each Chinese character counts twice

from __future__ import annotations

import re

_INJECTION = re.compile(
    r"(?:忽略|无视|忘[记掉]|跳过|不要理会|推翻|覆盖|取消)\S{0,8}(?:以上|上述|上面|之前|前面|所有|全部|一切|先前)\S{0,8}(?:规则|群规|条款|指令|指示|要求|提示|设定|内容|限制)"
    r"|(?:以上|上述|之前)\S{0,4}(?:规则|群规|指令|条款)\S{0,4}(?:作废|无效|不算|失效)|全部放行|一律放行|(?:所有|后续|任何|全部)\S{0,6}消息\S{0,6}(?:放行|通过|正常|允许|合规)"
    r"|(?:判[为定成]|视为|标记为|输出|返回|回复)\S{0,4}(?:正常|合规|allow|通过|安全)|你(?:现在)?是一[个名]\S{0,8}(?:助手|模型|ai|机器人)|系统提示|开发者模式|越狱"
    r"|ignore\s+(?:\w+\s+){0,4}(?:rules|instructions|prompts|above|previous)|disregard\s+(?:\w+\s+){0,4}(?:rules|instructions|above)|(?:rules|instructions)\s+(?:above|below)\s+(?:are|do)\s+(?:void|not)"
    r"|you are now\b|pretend (?:to be|you)|act as\b|system prompt|developer mode|jailbreak|<\|?(?:system|im_start)|\[inst\]|(?:allow|approve) (?:all|every)\w* (?:message|post)"
)
_GAPS = re.compile(r"[^\w<|\[\]]+")


def injects(form: str) -> bool:
    """Whether a text in normal form is an order to whoever reads the rules by machine.

    It is looked for with and without what stands between the characters (忽 略 以 上 规 则).
    """
    return bool(_INJECTION.search(form)) or bool(_INJECTION.search(_GAPS.sub("", form)))
