"""A person's edit of a draft: what stayed keeps its sources, what changed is the person's own word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from copilot.drafting.fitting import Channel
from copilot.drafting.gate import WHOLE, Judge, Violation, ViolationKind, check
from copilot.drafting.occasion import WRITTEN_BY
from copilot.drafting.types import Draft, Line, Sentence
from copilot.errors import InvalidInput

LONGEST = 20_000
EDITOR = "person"
"""Stands before a slash and a name in `written_by` of a draft that a person has changed."""
HARD = frozenset({ViolationKind.INJECTION, ViolationKind.LENGTH, ViolationKind.FACT})
"""What nobody can overrule: hidden characters and orders, more than the channel takes, sources that do not exist."""
_ALIKE = 0.4
"""Likeness from which a line counts as the old one changed, so that it keeps the old one's sources."""


def edited(draft: Draft, text: str, editor: str) -> Draft:
    """Return the draft with another text; raises InvalidInput for an empty or an overlong one.

    Sentences that stay word for word keep their sources. What lies between them inherits the sources of the sentences
    that it stands for; a new line has none, and the gate will say so.
    """
    text = text.replace("\r\n", "\n").strip("\n")
    if not text.strip():
        raise InvalidInput("the text is empty", param="text")
    if len(text) > LONGEST:
        raise InvalidInput(f"the text has more than {LONGEST} characters", param="text")
    if text == draft.text:
        return draft
    left = list(draft.lines)
    lines = tuple(_line(said, left) for said in text.split("\n"))
    return replace(draft, lines=lines, written_by=f"{EDITOR}/{editor}")


def _line(said: str, left: list[Line]) -> Line:
    """Return a line of the new text; the old line that it stands for is used up."""
    same = next((line for line in left if line.text == said), None)
    if same is not None:
        left.remove(same)
        return same
    near = max(left, key=lambda line: _likeness(line.text, said), default=None)
    if near is None or _likeness(near.text, said) < _ALIKE:
        return Line((Sentence(said),))
    left.remove(near)
    return Line(tuple(_sentences(said, near.sentences)) or (Sentence(said),))


def _sentences(said: str, old: Sequence[Sentence]) -> Iterator[Sentence]:
    """Yield the old sentences that stayed, and what stands between them with the sources of those that did not."""
    at, pending = 0, list[str]()
    for sentence in old:
        found = said.find(sentence.text, at) if sentence.text.strip() else -1
        if found < 0:
            pending += sentence.facts
            continue
        if found > at:
            yield Sentence(said[at:found], tuple(dict.fromkeys(pending)))
        pending = []
        yield sentence
        at = found + len(sentence.text)
    if at < len(said):
        yield Sentence(said[at:], tuple(dict.fromkeys(pending)))


def _likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def objections(
    draft: Draft, composed: Draft, *, channel: Channel, domains: Sequence[str] = (), judge: Judge | None = None
) -> tuple[Violation, ...]:
    """Return what the gate holds against an edited draft; `composed` is what the machine had written.

    Lines that nobody touched are held to what they were held to before, the others to what a writer is held to.
    """
    if not draft.written_by.startswith(f"{EDITOR}/"):
        return check(draft, channel=channel, allowed_domains=domains, judge=judge)
    untouched = {line.text for line in composed.lines}
    writer = composed.written_by if not composed.written_by.startswith(f"{EDITOR}/") else WRITTEN_BY
    as_before = check(replace(draft, written_by=writer), channel=channel, allowed_domains=domains)
    as_written = check(draft, channel=channel, allowed_domains=domains, judge=judge)
    kept = [v for v in as_before if v.line != WHOLE and draft.lines[v.line].text in untouched]
    kept += [
        v
        for v in as_written
        if v.line == WHOLE or v.kind is ViolationKind.UNCLEAN or draft.lines[v.line].text not in untouched
    ]
    return tuple(sorted(dict.fromkeys(kept), key=lambda v: (v.line, v.span)))


def hard(found: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return those objections that no reason overrules."""
    return tuple(violation for violation in found if violation.kind in HARD)
