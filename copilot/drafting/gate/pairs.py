"""Does each thing keep what was said of it? Of 登录修了 支付还没 the sentence may not make 支付修了 登录还没."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.negation import NOT, denies, denies_otherwise, plain, turned
from copilot.drafting.gate.novelty import reports
from copilot.drafting.gate.polarity import EITHER, OPPOSITE_OF, find
from copilot.drafting.gate.segments import segmented
from copilot.drafting.gate.violation import Violation


def check_pairs(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """What is denied of one thing may not be denied of another, and of two poles each stays with its own."""
    if claim.proven or scope.draft.language != "zh":
        return  # English sentences are too long for their clauses to be told apart so
    told = [(clause, _content(clause)) for fact in claim.facts for clause in _clauses(plain(fact.text))]
    at = 0
    for clause in re.split(r"([，,；;。！!？?：:、])", plain(_without(claim.text, scope.names))):
        words = _content(clause)
        best = _best(words, told)
        verbatim = any(content(clause) in content(fact.text) for fact in claim.facts)
        if best is not None and not verbatim and _crossed(clause, best, [other for other, _ in told]):
            yield turned(claim, (at, at + len(clause)), "事实里说的是另一件事", "The facts say so of something else.")
        at += len(clause)


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(name, " " * len(name))
    return text


def _clauses(text: str) -> list[str]:
    """Return the clauses of a message; members write a blank for a comma."""
    return [part for part in re.split(r"[，,；;。！!？?：:、\n]|(?<=[\u4e00-\u9fff\d])\s", text) if part.strip()]


def _content(clause: str) -> frozenset[str]:
    """Return the words that say what a clause is about, not how: neither a pole nor a negation."""
    return frozenset(
        word
        for word in segmented(clause)
        if len(word) >= 2 and word.isalpha() and word not in OPPOSITE_OF and not NOT.search(word) and not reports(word)
    )


def _best(words: frozenset[str], told: Sequence[tuple[str, frozenset[str]]]) -> str | None:
    """Return the one clause of the facts that has most of the words, where it has half of them and no other as many."""
    counted = sorted(((len(words & own), clause) for clause, own in told), reverse=True)
    if not counted or counted[0][0] * 2 < len(words) or not counted[0][0]:
        return None
    return counted[0][1] if len(counted) < 2 or counted[1][0] < counted[0][0] else None


def _crossed(clause: str, best: str, told: Sequence[str]) -> bool:
    """Whether a clause takes its pole, or its negation, from another clause than its words."""
    elsewhere = [other for other in told if other != best]
    if denies(clause) != denies(best) and not denies_otherwise(best if denies(clause) else clause):
        return any(denies(other) == denies(clause) for other in elsewhere)
    for match in EITHER.finditer(clause):
        poles = [word for word in OPPOSITE_OF[match.group()] if find(best, word) >= 0]
        if poles and find(best, match.group()) < 0 and any(find(other, match.group()) >= 0 for other in elsewhere):
            return True
    return False
