"""What stands in quotation marks was said just so."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope, quotations, verbatim
from copilot.drafting.gate.violation import Violation, ViolationKind


def check_quotations(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A quotation must occur in a cited fact, but for punctuation and blanks."""
    for span, words in quotations(claim.text):
        if not verbatim(words, claim.facts):
            zh, en = "引号里的话不是原话", "The words in quotation marks are not in the facts."
            yield claim.objection(ViolationKind.QUOTATION, zh, en, span)
