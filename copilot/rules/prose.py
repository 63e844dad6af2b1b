"""Rules told in running text, with stops or, as in dictated speech, with nothing but spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from copilot.rules.injection import injects
from copilot.rules.piece import Piece, normal, only_measure
from copilot.rules.verdict import forbids, informs, permits, sets_default
from copilot.types import ClauseKind

_SENTENCE = re.compile(r"[^。!！?？;；\n]*[。!！?？;；\n]+[”\"’」』)）]*|[^。!！?？;；\n]+")
_ENGLISH_STOP = re.compile(r"(?<=[a-z)”\"]\.)\s+(?=[A-Z])")
_SECTION = re.compile(r"^\s*([^:：,，。]{1,10})[:：]\s*(?=\S)")
_UNPUNCTUATED = 40
"""Characters a sentence from which a text without stops counts as speech, told apart by its spaces."""
_LONGEST_LEAD = 30
"""Characters that phrases without a verdict may lead up to one."""
_GOES_ON = re.compile(
    r"^(?:那|上回|没得|发出来|更不|也|都|再|不然|否则|免得|你们别|写明|写清|说清)|也(?:不|算|行|可以)|更不"
)
"""How a spoken phrase goes on with the rule before it."""


def says_something(form: str) -> bool:
    """Whether a text in normal form is more than a greeting or a title."""
    return forbids(form) or permits(form) or sets_default(form) or informs(form) or injects(form)


def section_kind(title: str) -> ClauseKind | None:
    """Return the kind of the clauses under a title, None where the title does not say."""
    form = normal(title)
    if forbids(form) or re.search(r"不要|红线|底线|违规|零容忍|don.?t", form):
        return ClauseKind.FORBID
    if permits(form) or re.search(r"可以|能发|鼓励|\bdo\b", form):
        return ClauseKind.ALLOW
    return None


def told(line: str) -> Iterator[Piece]:
    """Yield the sentences of a running text that say something, each with the measure that follows it."""
    under: ClauseKind | None = None
    last: Piece | None = None
    for sentence in _sentences(line):
        section = _SECTION.match(sentence)
        announced = section_kind(section.group(1)) if section else None
        if section and announced:
            under, sentence = announced, sentence[section.end() :]
        form = normal(sentence)
        if last and only_measure(form):
            last = replace(last, text=f"{last.text.rstrip()} {sentence.strip()}")
        elif under or says_something(form):
            if last:
                yield last
            last = Piece(sentence.strip(), under)
    if last:
        yield last


def _sentences(line: str) -> list[str]:
    """Return sentences by their stops; where there are next to none, phrases by their spaces."""
    found = [part for text in _SENTENCE.findall(line) for part in _ENGLISH_STOP.split(text)]
    han = sum("\u4e00" <= char <= "\u9fff" for char in line)
    spaced = line.split()
    dictated = len(line) >= _UNPUNCTUATED * (len(found) + 1) and len(spaced) >= len(found) * 2
    return _joined(spaced) if dictated and han >= len(line) // 2 else found


def _joined(phrases: list[str]) -> list[str]:
    """Join spoken phrases up to a verdict each, with what goes on after it."""
    joined: list[str] = []
    decided = True
    for phrase in phrases:
        form = normal(phrase)
        undecided = not decided and len(joined[-1]) < _LONGEST_LEAD
        if joined and (undecided or only_measure(form) or _GOES_ON.search(form)):
            joined[-1] += f" {phrase}"
            decided = decided or forbids(form) or permits(form)
        else:
            joined.append(phrase)
            decided = forbids(form) or permits(form) or informs(form)
    return joined
