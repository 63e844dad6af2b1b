"""The gate: whoever wrote a draft, what it says must be in its facts, clean, and fit its channel.

`check` names what is wrong and where; it mends nothing. It works on facts with ids, not on trust: a sentence is
held against the facts that it cites and no others. The composer's own drafts must besides be nothing but its phrases
filled with facts; a language model's are held to a measure of new words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from copilot.drafting.fitting import Channel
from copilot.drafting.gate.certainty import check_certainty
from copilot.drafting.gate.claim import Claim, Scope, claims_of, scope_of
from copilot.drafting.gate.cleanliness import Judge, check_cleanliness
from copilot.drafting.gate.composed import check_day, check_frame, check_words, filled, is_frame
from copilot.drafting.gate.layout import check_layout, check_length
from copilot.drafting.gate.leaks import check_contacts, check_links
from copilot.drafting.gate.negation import check_negation
from copilot.drafting.gate.novelty import check_free_frame, check_novelty
from copilot.drafting.gate.pairs import check_pairs
from copilot.drafting.gate.people import check_mentions, check_names
from copilot.drafting.gate.polarity import check_directions, check_polarity
from copilot.drafting.gate.quantities import check_numbers, check_pairing
from copilot.drafting.gate.quoted import check_quotations
from copilot.drafting.gate.times import check_times
from copilot.drafting.gate.traces import check_orders, check_traces
from copilot.drafting.gate.violation import WHOLE, Violation, ViolationKind
from copilot.drafting.types import Draft
from copilot.types import Reason

__all__ = ["WHOLE", "Judge", "Violation", "ViolationKind", "check"]

Check = Callable[[Claim, Scope], Iterator[Violation]]

_EVERY: tuple[Check, ...] = (check_links, check_contacts, check_mentions, check_traces)
_GROUNDED: tuple[Check, ...] = (
    check_numbers,
    check_pairing,
    check_times,
    check_names,
    check_quotations,
    check_negation,
    check_polarity,
    check_directions,
    check_pairs,
    check_certainty,
    check_orders,
)


def check(
    draft: Draft,
    *,
    channel: Channel,
    allowed_domains: Sequence[str] = (),
    judge: Judge | None = None,
) -> tuple[Violation, ...]:
    """Return what is wrong with a draft, in order of lines; nothing where it may be published.

    `allowed_domains` are the sites that a draft may name, `judge` assesses lines by the community's classifiers and
    rules.
    """
    scope = scope_of(draft, allowed_domains)
    found = [violation for claim in claims_of(scope) for violation in _objections(claim, scope)]
    found += chain(_unknown_facts(scope), check_layout(draft), check_length(draft, channel))
    if judge is not None:
        found += check_cleanliness(scope, judge)
    return tuple(sorted(dict.fromkeys(found), key=lambda violation: (violation.line, violation.span)))


def _objections(claim: Claim, scope: Scope) -> Iterator[Violation]:
    for rule in _EVERY:
        yield from rule(claim, scope)
    if is_frame(claim, scope):
        return
    if not claim.facts:
        yield from check_orders(claim, scope)
        yield from (check_frame if scope.composed else check_free_frame)(claim, scope)
        return
    phrase = filled(claim, scope)
    for rule in _GROUNDED:
        yield from rule(phrase or claim, scope)
    if phrase is None:
        yield from check_day(claim, scope)
        yield from (check_words if scope.composed else check_novelty)(claim, scope)


def _unknown_facts(scope: Scope) -> Iterator[Violation]:
    """A sentence may cite only what the draft carries."""
    for number, line in enumerate(scope.draft.lines):
        for sentence in line.sentences:
            for fact in sentence.facts:
                if fact not in scope.facts:
                    reason = Reason(f"引用了不存在的事实 {fact}", f"Cites {fact}, which is no fact of this draft.")
                    yield Violation(ViolationKind.FACT, reason, number, (0, len(line.text)))
