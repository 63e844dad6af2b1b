"""Traces of injection: orders, role marks, markup and characters that a reader does not see."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.orders import HIDDEN, markup, orders


def check_traces(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """No sentence may carry markup or hide characters."""
    hidden = HIDDEN.search(claim.text)
    if hidden:
        yield claim.objection(
            ViolationKind.INJECTION, "含看不见的字符", "Contains characters that nobody sees.", hidden.span()
        )
    marked = markup(claim.text)
    if marked:
        yield claim.objection(ViolationKind.INJECTION, "含标记代码", "Contains markup.", marked.span())


def check_orders(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """No sentence may order a machine or its readers about; the operator's own words, and the stock's, may."""
    if orders(_of_others(claim)):
        yield claim.objection(ViolationKind.INJECTION, "读起来像指令", "Reads like an order to a machine.")


def _of_others(claim: Claim) -> str:
    """Return what is left to prove of a sentence, without the words of trusted facts."""
    text = claim.open_text if claim.proven else claim.text
    for fact in claim.facts:
        if fact.trusted and len(fact.text) >= 4:
            text = text.replace(fact.text, " ")
    if claim.facts and all(fact.trusted for fact in claim.facts):
        for fact in claim.facts:  # a clause that was cut short
            text = text.replace(_common_start(text, fact.text), " ")
    return text


def _common_start(text: str, words: str) -> str:
    """Return the longest beginning of `words`, of eight characters or more, that occurs in a text."""
    for size in range(len(words), 7, -1):
        if words[:size] in text:
            return words[:size]
    return "\x00"
