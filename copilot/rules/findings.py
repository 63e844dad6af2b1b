"""What an admin should know about a set of rules: gaps, contradictions, unsure readings, and the like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from copilot.reasons import ZH_LABEL
from copilot.rules.injection import injects
from copilot.rules.matching import named_topics
from copilot.rules.piece import normal
from copilot.rules.read import UNSURE
from copilot.types import LABELS, Clause, ClauseKind, Label, Reason, RuleSet

LONG = 160
"""Content characters from which a clause says too much to be cited."""

_SAME = 0.8
"""Jaccard similarity of character pairs from which two clauses of a kind count as one."""
_COMPARED = 3
_CONTENT = re.compile(r"[\W_]+")


class FindingKind(StrEnum):
    """What a finding is about, gravest first."""

    INJECTION = "injection"
    EMPTY = "empty"
    CONTRADICTION = "contradiction"
    UNSURE = "unsure"
    GAP = "gap"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on a rule set: about which clauses (by number), about which label if any, and a sentence to show."""

    kind: FindingKind
    reason: Reason
    clauses: tuple[int, ...] = ()
    label: Label | None = None


def check_rules(rules: RuleSet) -> tuple[Finding, ...]:
    """Return what there is to remark on a rule set, gravest first; nothing where all is well. Never raises."""
    if not any(clause.kind is not ClauseKind.INFORM for clause in rules.clauses):
        reason = Reason("没有读到任何规则", "No rule was found in this text.")
        return (*_injections(rules.clauses), Finding(FindingKind.EMPTY, reason))
    found = [finding for check in _CHECKS for finding in check(rules.clauses)]
    return tuple(sorted(found, key=lambda finding: _GRAVITY[finding.kind]))


def _injections(clauses: Sequence[Clause]) -> Iterator[Finding]:
    for clause in clauses:
        if injects(normal(clause.text)):
            n = clause.number
            yield Finding(
                FindingKind.INJECTION,
                Reason(
                    f"第{n}条是写给机器的指令，只当作普通文字，没有任何效果",
                    f"Clause {n} is an order to the machine; it is kept as plain text and has no effect.",
                ),
                (n,),
            )


def _contradictions(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """A permission without hours or roles, of what a ban names in the same word, or of its topic at large."""
    banned: dict[str, Clause] = {}
    for clause in clauses:
        if clause.kind is ClauseKind.FORBID and not clause.windows and not clause.roles:
            for matter in _matters(clause):
                banned.setdefault(matter, clause)
    for clause in clauses:
        if clause.kind is not ClauseKind.ALLOW or clause.windows or clause.roles:
            continue
        ban = next((banned[word] for word in banned if word in normal(clause.text)), None)
        if ban is None and not clause.keywords:
            ban = next((banned[matter] for matter in sorted(_matters(clause)) if matter in banned), None)
        if ban:
            a, b = clause.number, ban.number
            yield Finding(
                FindingKind.CONTRADICTION,
                Reason(
                    f"第{a}条允许的事第{b}条禁止，又没有写明时间、身份或具体内容来区分",
                    f"Clause {a} permits what clause {b} forbids, and no time, role or thing named tells them apart.",
                ),
                (a, b),
            )


def _matters(clause: Clause) -> frozenset[str]:
    return frozenset(clause.keywords) | {f"topic:{topic.name}" for topic in named_topics(normal(clause.text))}


def _unsure(clauses: Sequence[Clause]) -> Iterator[Finding]:
    for clause in clauses:
        if clause.confidence < UNSURE and not injects(normal(clause.text)):
            n = clause.number
            yield Finding(
                FindingKind.UNSURE,
                Reason(f"第{n}条的读法不确定，请确认", f"The reading of clause {n} is unsure; please confirm it."),
                (n,),
            )


def _gaps(clauses: Sequence[Clause]) -> Iterator[Finding]:
    covered = {label for clause in clauses if clause.kind is ClauseKind.FORBID for label in clause.labels}
    for label in LABELS:
        if label not in covered:
            yield Finding(
                FindingKind.GAP,
                Reason(f"没有条款提到{ZH_LABEL[label]}", f"No clause speaks of {label.value}."),
                label=label,
            )


def _duplicates(clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Pairs of clauses that say the same. Only those that share a rare pair of characters are compared."""
    grams = [_pairs(clause.text) for clause in clauses]
    count = Counter(gram for members in grams for gram in members)
    holders: dict[str, list[int]] = defaultdict(list)
    for i, members in enumerate(grams):
        rarest = sorted(members, key=lambda gram: (count[gram], gram))[:_COMPARED]
        earlier = {j for gram in rarest for j in holders[gram][:_COMPARED]}
        for j in sorted(earlier):
            if clauses[i].kind is clauses[j].kind and len(members & grams[j]) >= _SAME * len(members | grams[j]):
                a, b = clauses[j].number, clauses[i].number
                yield Finding(
                    FindingKind.DUPLICATE,
                    Reason(f"第{b}条与第{a}条重复", f"Clause {b} repeats clause {a}."),
                    (a, b),
                )
                break
        for gram in members:
            holders[gram].append(i)


def _pairs(text: str) -> frozenset[str]:
    content = _CONTENT.sub("", normal(text))
    return frozenset(content[i : i + 2] for i in range(max(len(content) - 1, 1)))


def _too_long(clauses: Sequence[Clause]) -> Iterator[Finding]:
    for clause in clauses:
        if len(_CONTENT.sub("", clause.text)) > LONG:
            n = clause.number
            yield Finding(
                FindingKind.TOO_LONG,
                Reason(f"第{n}条太长，拆开后才好引用", f"Clause {n} is too long to be cited; split it."),
                (n,),
            )


_CHECKS = (_injections, _contradictions, _unsure, _gaps, _duplicates, _too_long)
_GRAVITY = {kind: place for place, kind in enumerate(FindingKind)}
