"""A community's own words, matched on the normal and the resolved form. Allow beats deny."""

from __future__ import annotations

from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from copilot.signals.context import Context
from copilot.text import TextViews, View, text_views
from copilot.types import Label, Reason, Signal, Span

_SCORE = 0.9


@lru_cache(maxsize=256)
def _automaton(words: tuple[str, ...]) -> AhoCorasick:
    return AhoCorasick(list(words), matchkind=MatchKind.LeftmostLongest)


@lru_cache(maxsize=1024)
def _listed(entries: tuple[str, ...]) -> dict[str, Label]:
    """Normal forms of a list's entries with their labels; `gambling:德州局` names one, else ads."""
    words: dict[str, Label] = {}
    for entry in entries:
        prefix, colon, rest = entry.partition(":")
        named = bool(colon) and prefix in _LABEL_NAMES
        form = text_views(rest if named else entry).normal.text.strip()
        if form:
            words[form] = Label(prefix) if named else Label.ADS
    return words


_LABEL_NAMES = frozenset(label.value for label in Label)


def _places(view: View, words: tuple[str, ...]) -> set[tuple[Span, str]]:
    matches = _automaton(words).find_matches_as_indexes(view.text)
    return {(view.span(start, end), words[index]) for index, start, end in matches}


def detect(views: TextViews, context: Context) -> list[Signal]:
    """Return a signal per label whose listed words occur, unless an allowed word covers the place."""
    deny = _listed(context.community.deny_keywords)
    if not deny:
        return []
    forms = (views.normal, views.resolved)
    found = set().union(*(_places(view, tuple(deny)) for view in forms))
    allow = tuple(_listed(context.community.allow_keywords))
    if found and allow:
        kept = [span for view in forms for span, _ in _places(view, allow)]
        found = {f for f in found if not any(a <= f[0][0] and f[0][1] <= b for a, b in kept)}
    spans: dict[Label, set[Span]] = {}
    for span, word in found:
        spans.setdefault(deny[word], set()).add(span)
    reason = Reason("出现本群禁用词", "Contains a word that this community bans.")
    return [
        Signal("keywords", label, _SCORE, reason, tuple(sorted(places)), "deny")
        for label, places in sorted(spans.items())
    ]
