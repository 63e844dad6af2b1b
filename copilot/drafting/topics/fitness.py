"""How well a question fits a community: in its field, concrete, answerable, and nothing it does not want.

A logistic regression over a few features; `python -m training.topics` fits it on the corpus' topic prompts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from copilot.drafting.likeness import pairs
from copilot.drafting.themes import barred, match_areas, speaks_of
from copilot.drafting.topics.field import field_odds
from copilot.drafting.topics.safety import off_limits
from copilot.text import text_views

if TYPE_CHECKING:
    from copilot.ports import Relevance

FEATURES = ("relevance", "shared", "field", "vague", "concrete", "asks", "length", "unwanted", "off_limits")
"""Log odds of belonging to the theme; bigrams shared with it; odds of its areas against all others by the words of the
stock; vague phrases; concrete question words; whether it asks at all; log of its characters; whether it speaks of what
the community does not want; whether it is off limits."""

_VAGUE = re.compile(
    r"大家(?:都)?(?:觉得|怎么看|聊聊|说说|谈|来说|最近|今天)|随便(?:聊|说)|你们(?:怎么)?(?:看|觉得|想)|"
    r"(?:看法|感受|想法|意义|心情|好不好|值不值|难不难)|到底(?:好|难|值)|"
    r"(?:报个?到|扣个?1|扣一|举个手|打卡|回个|报个数|接力)|[晒聊谈说]一?[晒聊谈说]吧|怎么样|还好吗|什么好|"
    r"喜欢(?:什么|吗|哪)|what do you (?:all )?think|any thoughts|how is everyone|share your (?:thoughts|feelings)|"
    r"say hi|what's up"
)
_CONCRETE = re.compile(
    r"第[几一二三]|几[点个次天步号成厘度年分公件根样句页格张片]|"
    r"哪[一个件句步样页天处根门次边里层段张本块路条家道]|多少|多久|怎么[^样看]|先|还是|最后|那[次回天晚]|后来|"
    r"[一二三四五六七八九十百\d]+[个样件分点步度天次句条块公张片小]|"
    r"\b(?:which|how (?:many|much|long|far|often)|first|last|exactly|one|when)\b"
)
_ASKS = re.compile(r"[?？]|吗|呢|怎么|哪|什么|几|多少|没有|没$|还是|说说|讲|贴|写")


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    found: Mapping[str, float] = json.loads(
        files("copilot.drafting.topics").joinpath("weights.json").read_text("utf-8")
    )
    return found


def fitness(
    texts: Sequence[str], name: str, theme: str, bans: Sequence[str] = (), relevance: Relevance | None = None
) -> list[float]:
    """Return the probability that each question fits a community, in order.

    `bans` are rules that forbid something, in the community's words. Without a model of relevance words alone decide.
    """
    weights = _weights()
    return [
        1 / (1 + math.exp(-sum(weights[k] * v for k, v in zip(("bias", *FEATURES), (1.0, *row), strict=True))))
        for row in features(texts, name, theme, bans, relevance)
    ]


def features(
    texts: Sequence[str], name: str, theme: str, bans: Sequence[str], relevance: Relevance | None
) -> list[tuple[float, ...]]:
    """Return a row of FEATURES per question."""
    odds = _relevance(texts, theme, relevance)
    wanted, unwanted = pairs(f"{name} {theme}"), barred(theme, bans)
    own = [match.area for match in match_areas(name, theme)]
    return [
        (
            odd,
            min(len(pairs(text) & wanted), 4) / 4,
            field_odds(text, own),
            min(len(_VAGUE.findall(text.lower())), 2) / 2,
            min(len(_CONCRETE.findall(text.lower())), 4) / 4,
            float(bool(_ASKS.search(text))),
            math.log(max(len(text_views(text).normal.text), 1) / 25),
            float(speaks_of(text, unwanted)),
            float(off_limits(text) is not None),
        )
        for text, odd in zip(texts, odds, strict=True)
    ]


def _relevance(texts: Sequence[str], theme: str, relevance: Relevance | None) -> list[float]:
    """Log odds within ±4, halved; 0 where nobody can say."""
    if relevance is None or not texts:
        return [0.0] * len(texts)
    views = [text_views(text) for text in texts]
    found = relevance.belongs([theme] * len(views), views, range(len(views)), [()] * len(views))
    return [max(-4.0, min(4.0, math.log(max(p, 1e-6) / max(1 - p, 1e-6)))) / 2 for p in found]
