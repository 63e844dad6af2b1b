"""What speaks for a message falling under a clause: numbers, one row a clause. Compiled once a rule set."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copilot.rules.index import RarityIndex, content_length, grams
from copilot.rules.keywords import telling
from copilot.rules.matching import named_topics, said_topics
from copilot.rules.piece import normal
from copilot.rules.windows import windows_of
from copilot.text import TextViews
from copilot.types import LABELS, Clause, ClauseKind, Label, RuleSet

FEATURES = (
    "label",  # log-odds of the likeliest label that a ban carries
    "label_allowed",  # the same of a permission
    "outdone",  # how much likelier another label is than any of the clause's
    "unlabelled",  # the likeliest label, where the clause carries none
    "done",  # a matter of the clause that the message reads like doing; rare ones in the set count more
    "done_allowed",
    "named",  # a matter of the clause that the message names
    "named_allowed",
    "called",  # a matter that it names while asking others to join
    "pairs",  # pairs of characters in common, by rarity
    "characters",  # share of the message's characters that the clause has, by rarity
    "keyword",  # things that this clause names and no topic knows
    "cosine",  # similarity of the vectors above the set's mean
    "nearest",  # whether no clause is more similar
    "day",  # the message names a weekday of the clause
    "role",  # the message names who is permitted
    "allows",
    "informs",
    "bare",  # a ban without labels
)
NONE_FEATURES = (
    "bias",
    "question",
    "short",
    "long",
    "calm",  # how unlikely the likeliest label is
    "silent",  # no topic done
    "reported",  # tells, complains, debunks or thanks
)
"""What speaks for a message falling under no clause."""

_GENERAL = frozenset({"advertising"})
"""Topics that are done in so many ways that to share them with a clause singles out nothing."""
_QUESTION = re.compile(
    r"[吗么呢?]\s*$|[吗么呢]\s|怎么|咋|哪[里儿个家天款]|几[点号时]|多少|是不是|有没有|能不能|可不可以|为[啥什]|什么时候|求推荐|求问|请问|推荐"
)
_ABOUT_THE_RULES = re.compile(
    r"(?:能|可以|让|许|准|允许|算)(?:不能|不可以)?(?:在群里|发|贴|卖|出|说|聊|传)?\S{0,8}[吗么不?]\s*$|群规|规则|"
    r"第[一二三四五六七八九十\d]+条|算不算|违规吗|为什么(?:删|禁|踢)|allowed\?|can i post"
)
"""A question about the rules breaks none of them."""
_CALL = re.compile(
    r"一起|有没有人|有人\S{0,8}[吗没么]|谁[要来想有]|帮我|帮忙|帮下|来[吧啊呀]|速来|加我|进群|转发|快转|拜托|有兴趣|想要的|需要的|"
    r"要的|滴我|私我|了解一下|anyone|join|dm me"
)
_REPORTED = re.compile(
    r"官网|官方|公告|公众号|新闻|骗子|上当|假的|报警|举报|被[抓骗封坑]|气死|辟谣|退了|判了|谢[谢啦了]|辛苦|我没|不敢|拉黑|"
    r"挂出来|没变|终于|我自己|是我|笑死|太[慢贵软难]|有点|sorry|thanks|thx"
)
_SHORT, _LONG = 6, 24
_MOST_READ = 600


@dataclass(frozen=True, slots=True)
class Row:
    """The features of one clause, in the order of `FEATURES`, and what singles it out.

    `keywords` are the things it names that the message has, `topics` those that both share, without the general
    ones; `foreign` are topics that the message does and the clause does not name. `outright` says that the
    message names what this ban names and reads like doing it, neither asking nor reporting.
    """

    values: tuple[float, ...]
    keywords: tuple[str, ...] = ()
    topics: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    outright: bool = False

    @property
    def specific(self) -> bool:
        """Whether something singles this clause out, and not the kind of message alone."""
        return bool(self.keywords or self.topics)


@dataclass(frozen=True, slots=True)
class _Known:
    """What of a clause does not depend on the message."""

    clause: Clause
    allows: bool
    topics: frozenset[str]
    keywords: tuple[str, ...]
    weekdays: frozenset[int]
    sort: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Said:
    """What of a message does not depend on the clause."""

    text: str
    odds: Mapping[Label, float]
    strongest: float
    doing: frozenset[str]
    naming: frozenset[str]
    touching: frozenset[str]
    """What it does or names, without the general."""
    calls: bool
    asks: bool
    asks_about_rules: bool
    reports: bool
    weekdays: frozenset[int]


class CompiledRules:
    """A rule set made ready: indexes from characters, pairs and topics to the clauses that have them."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        forms = [normal(clause.text)[:_MOST_READ] for clause in rules.clauses]
        self._known = [_known(clause, form) for clause, form in zip(rules.clauses, forms, strict=True)]
        self._pairs = RarityIndex([grams(form, 2) for form in forms])
        self._characters = RarityIndex([grams(form, 1) for form in forms])
        self._topics = RarityIndex([known.topics for known in self._known])

    def rows(
        self, views: TextViews, scores: Mapping[Label, float], similarity: Sequence[float] | None
    ) -> tuple[list[Row], tuple[float, ...]]:
        """Return one row per clause and the features of falling under none, in the order of `NONE_FEATURES`.

        `similarity` has the shape (clauses,).
        """
        said = _said(views.resolved.text[:_MOST_READ], scores)
        done, named = self._topics.rarest(said.doing), self._topics.rarest(said.naming)
        pairs, _ = self._pairs.sums(grams(said.text, 2))
        characters, whole = self._characters.sums(grams(said.text, 1))
        cosine, nearest = _centred(similarity, len(self._known))
        agreed = {known.clause.labels: _agreed(known.clause.labels, said) for known in self._known}
        rows = []
        for i, known in enumerate(self._known):
            keywords: tuple[str, ...] = ()
            if known.keywords and not said.asks_about_rules:
                keywords = tuple(word for word in known.keywords if word in said.text)
            values = (
                *_by_label(known, said, agreed[known.clause.labels], named=done[i] > 0 or bool(keywords)),
                *_by_topic(known, said, done[i], named[i]),
                math.log1p(pairs[i]),
                characters[i] / whole,
                float(min(len(keywords), 2)),
                cosine[i],
                float(i == nearest),
                *_by_mention(known, said),
                *known.sort,
            )
            if keywords or done[i] or named[i]:
                rows.append(_specific_row(known, said, values, keywords))
            else:
                rows.append(Row(values))
        return rows, _nothing(said)


def _known(clause: Clause, form: str) -> _Known:
    forbids = clause.kind is ClauseKind.FORBID
    allows = clause.kind is ClauseKind.ALLOW
    return _Known(
        clause,
        allows,
        frozenset(topic.name for topic in named_topics(form)),
        tuple(word for word in clause.keywords if telling(word)),
        frozenset(day for window in clause.windows for day in window.weekdays),
        (float(allows), float(clause.kind is ClauseKind.INFORM), float(forbids and not clause.labels)),
    )


def _said(text: str, scores: Mapping[Label, float]) -> _Said:
    odds = {label: _log_odds(scores.get(label, 0.0)) for label in LABELS}
    doing, naming = said_topics(text), frozenset(topic.name for topic in named_topics(text))
    dated = "周" in text or "星期" in text or "礼拜" in text
    return _Said(
        text,
        odds,
        max(odds.values()),
        doing,
        naming,
        (doing | naming) - _GENERAL,
        bool(_CALL.search(text)),
        bool(_QUESTION.search(text)),
        bool(_ABOUT_THE_RULES.search(text)),
        bool(_REPORTED.search(text)),
        frozenset(day for window in windows_of(text) for day in window.weekdays) if dated else frozenset(),
    )


def _specific_row(known: _Known, said: _Said, values: tuple[float, ...], keywords: tuple[str, ...]) -> Row:
    shared = said.touching & known.topics
    outright = False
    if known.clause.kind is ClauseKind.FORBID and not (said.asks or said.reports):
        outright = bool(keywords) or not shared.isdisjoint(said.doing & said.naming)
    return Row(values, keywords, shared, said.doing - known.topics, outright)


def _agreed(labels: tuple[Label, ...], said: _Said) -> float | None:
    return max(said.odds[label] for label in labels) if labels else None


def _by_label(known: _Known, said: _Said, agreed: float | None, *, named: bool) -> tuple[float, float, float, float]:
    """What a ban names in so many words needs no label: an unlikely one then does not speak against it."""
    if agreed is None:
        return 0.0, 0.0, 0.0, said.strongest
    outdone = said.strongest - agreed
    if known.allows:
        return 0.0, agreed, outdone, 0.0
    return (max(agreed, 0.0) if named else agreed), 0.0, outdone, 0.0


def _by_topic(known: _Known, said: _Said, done: float, named: float) -> tuple[float, ...]:
    called = named if said.calls else 0.0
    if known.allows:
        return 0.0, done, 0.0, named, called
    return done, 0.0, named, 0.0, called


def _by_mention(known: _Known, said: _Said) -> tuple[float, float]:
    day = bool(said.weekdays) and not said.weekdays.isdisjoint(known.weekdays)
    role = bool(known.clause.roles) and any(role in said.text for role in known.clause.roles)
    return float(day), float(role)


def _nothing(said: _Said) -> tuple[float, ...]:
    length = content_length(said.text)
    return (
        1.0,
        said.asks + 2.0 * said.asks_about_rules,
        float(length < _SHORT),
        float(length >= _LONG),
        -said.strongest,
        float(not said.doing),
        float(said.reports),
    )


def _centred(similarity: Sequence[float] | None, clauses: int) -> tuple[list[float], int]:
    """Return similarities less their mean, and the place of the largest; zeros and -1 where there are none."""
    if similarity is None or not clauses:
        return [0.0] * clauses, -1
    values = [float(value) for value in similarity]
    mean = sum(values) / clauses
    return [value - mean for value in values], max(range(clauses), key=values.__getitem__)


def _log_odds(score: float) -> float:
    p = min(max(score, 0.01), 0.99)
    return math.log(p / (1 - p))
