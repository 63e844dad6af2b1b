"""Whether a substantive message has to do with the community's stated theme.

A model that judges relevance says so where there is one (`judged`). Without it shared wording
(`detect`) can say "related", and only weakly "unrelated": it never reaches the review band by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.signals.context import Context
from copilot.text import TextViews, text_views
from copilot.types import Label, Reason, Signal

_SUBSTANTIVE = 6
"""Content characters from which a message can be off topic at all; below it is small talk."""

_LONG = 12
"""Content characters from which missing words mean anything."""

_UNRELATED = 0.3
_STOP = frozenset(
    "的了是我你他她们在有和就都不也要这那么吗呢吧啊本群大家交流讨论分享可以一个什么怎么没很还会能说到去来上下里请让给个"
)
_CONTENT = re.compile(r"[^\W_]+")


def _pairs(text: str) -> frozenset[str]:
    """Character bigrams of a text's content, without those made of function words."""
    grams: set[str] = set()
    for run in _CONTENT.findall(text):
        grams.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(g for g in grams if not (g[0] in _STOP or g[1] in _STOP))


@lru_cache(maxsize=512)
def _theme_pairs(theme: str) -> frozenset[str]:
    return _pairs(text_views(theme).normal.text)


def substantive(views: TextViews) -> bool:
    """Whether a text says enough to be off topic: greetings, thanks and replies of a few characters never do."""
    return sum(map(len, _CONTENT.findall(views.normal.text))) >= _SUBSTANTIVE


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return a weak `off_topic` signal for a long message that shares no wording with the theme."""
    if not context.theme or sum(map(len, _CONTENT.findall(views.normal.text))) < _LONG:
        return []
    said = _pairs(views.normal.text)
    if not said or said & _theme_pairs(context.theme):
        return []
    reason = Reason("与本群主题没有共同词语", "Shares no wording with the community's theme.")
    return [Signal("theme", Label.OFF_TOPIC, _UNRELATED, reason, ((0, len(views.typed)),), "lexical")]


def judged(probability: float, views: TextViews, *, by_examples: bool) -> Signal:
    """Return the signal of a model that gives this probability of belonging to the theme."""
    if by_examples:
        reason = Reason(
            "与本群主题和本群认可的消息都不相关", "Has to do neither with the theme nor with messages approved here."
        )
    else:
        reason = Reason("与本群主题不相关", "Has nothing to do with the community's theme.")
    return Signal("model:theme", Label.OFF_TOPIC, 1 - probability, reason, ((0, len(views.typed)),), "relevance")
