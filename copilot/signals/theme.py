"""Whether a substantive message has to do with the community's stated theme, by shared wording.

Plain lexical relevance: it can say "related", and only weakly "unrelated"; it never reaches the
review band by itself. A trained encoder takes its place in a later version.
"""

from __future__ import annotations

import re
from functools import lru_cache

from copilot.signals.context import Context
from copilot.text import TextViews, text_views
from copilot.types import Label, Reason, Signal

_SUBSTANTIVE = 12
"""Content characters from which a message can be off topic; below it is small talk."""

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


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return a weak `off_topic` signal for a long message that shares no wording with the theme."""
    if not context.theme:
        return []
    text = views.normal.text
    said = _pairs(text)
    if len(_CONTENT.sub("", text)) == len(text) or sum(map(len, _CONTENT.findall(text))) < _SUBSTANTIVE:
        return []
    if not said or said & _theme_pairs(context.theme):
        return []
    reason = Reason("与本群主题没有共同词语", "Shares no wording with the community's theme.")
    return [Signal("theme", Label.OFF_TOPIC, _UNRELATED, reason, ((0, len(views.typed)),), "lexical")]
