"""Whether a text warns of something rather than doing it: the words that turn a copy into its opposite.

A member who passes a scam on to warn of it, or to ask about it, copies most of its text. By n-grams and order that is
a near-copy; what differs are a few words such as 别信 or 骗子. Where only one of two texts has such words, they say
different things. Whoever adds them to a scam to be taken for a warning is judged by the model alone, as before.
"""

from __future__ import annotations

import re

_WARNING = re.compile(
    "骗|被坑|坑人|坑了|踩坑|上当|中招|假的|是假|造谣|辟谣|谣言|不实|别信|勿信|不要信|别点|别扫|别加|别转|别买|别去|别碰|勿点|勿扫|"
    "举报|曝光|避雷|避坑|维权|报警|报案|反诈|警方|谨防|警惕|当心|小心|注意防|提醒|套路|跑路|拉黑|踢了|踢出|"
    "又有人|有人发|有人在群里|能信吗|可信吗|靠谱吗|真的吗|真的假的|真假|千万别|千万不"
)


def warns(text: str) -> bool:
    """Whether a text in its resolved form has words of warning, doubt, report or refusal, whoever says them."""
    return _WARNING.search(text) is not None
