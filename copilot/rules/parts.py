"""A rule that forbids one thing and permits another is two clauses: where one ends and the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from copilot.rules.injection import injects
from copilot.rules.matching import named_topics
from copilot.rules.piece import Piece, content, normal, only_measure
from copilot.rules.verdict import forbids, permits, sets_default
from copilot.types import ClauseKind

_PHRASE = re.compile(r"[^,，;；。!！\n]+[,，;；。!！\n]*")
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])(?= +[\u4e00-\u9fff])|(?<=[a-z)”\"]\.)(?=\s+[A-Z])")
_EXCEPTS = re.compile(r"除外|不在此限|不受此限")
_ASIDE = re.compile(r"^\s*(?:但是?|不过|然而|其他|其它|其余|别人|除此|exception)")
_SUBSTANCE = 6
"""Content characters from which a permission after a ban is a clause of its own."""


def parts(piece: Piece) -> Iterator[Piece]:
    """Cut a piece in two where, after a ban, it permits something else, or the other way round.

    Phrases without a verdict of their own lead up to the next that has one, or follow the last.
    """
    form = normal(piece.text)
    if sets_default(form) or injects(form):
        yield piece
        return
    group: list[str] = []
    lead: list[str] = []
    kind: ClauseKind | None = None
    for phrase in _phrases(piece.text):
        own = _kind_of(normal(phrase))
        before = lead or group
        if kind and own and _turns(kind, own, normal(phrase), stopped=bool(before) and _stops(before[-1])):
            carried = _after_stop(lead)
            yield replace(piece, text="".join([*group, *lead[: len(lead) - len(carried)]]).strip())
            group, lead, kind, piece = carried, [], None, replace(piece, question="")
        if own is None:
            lead.append(phrase)
        else:
            group += [*lead, phrase]
            lead = []
            kind = kind if kind is ClauseKind.FORBID else own
    yield replace(piece, text="".join([*group, *lead]).strip())


def _phrases(text: str) -> list[str]:
    """Phrases by their commas, by the stops of English sentences, and by spaces between Chinese characters."""
    return [part for phrase in _PHRASE.findall(text) for part in _BETWEEN.split(phrase)]


def _stops(phrase: str) -> bool:
    return phrase.rstrip()[-1:] in (";", "；", "。")


def _after_stop(lead: list[str]) -> list[str]:
    """Return what stands between the last full stop and a phrase that decides: it belongs to that phrase."""
    last = max((i for i, phrase in enumerate(lead) if _stops(phrase)), default=-1)
    return lead[last + 1 :]


def _kind_of(form: str) -> ClauseKind | None:
    if forbids(form):
        return ClauseKind.FORBID
    return ClauseKind.ALLOW if permits(form) else None


def _turns(kind: ClauseKind, own: ClauseKind, form: str, *, stopped: bool) -> bool:
    """Whether a phrase of kind `own` leaves the clause of kind `kind` before it."""
    if kind is own:
        return False
    if own is ClauseKind.ALLOW:
        return len(content(form)) >= _SUBSTANCE and (not _EXCEPTS.search(form) or bool(named_topics(form)))
    return (stopped or bool(_ASIDE.match(form))) and not only_measure(form)
