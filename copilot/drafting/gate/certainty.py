"""A question or a guess is not told as settled."""
# ruff: noqa: E501 - tables: each Chinese character counts twice

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot.drafting.gate.claim import Claim, Scope, content
from copilot.drafting.gate.violation import Violation, ViolationKind
from copilot.drafting.quoting import asks
from copilot.drafting.types import Origin

_HEDGE = re.compile(
    r"可能|好像|似乎|听说|据说|估计|大概|应该|也许|或许|不确定|没准|说不定|貌似|怀疑|疑似|猜|印象|记得|感觉|觉得|看样子|maybe|perhaps|probably|possibly|might|may\b|seems?|heard|guess|think|likely|not sure|apparently|reportedly",
    re.I,
)
_ASKED = re.compile(
    r"问|[？?]|吗|求|请教|打听|想知道|待答|待解|没人[答回]|等.{0,4}[答回]|谁|哪|有没有|是否|能否|要不要|多少|几|怎么|如何|不确定|还没|没定|ask|wonder|question|whether|which|who|how|open",
    re.I,
)
_ATTRIBUTED = re.compile(
    r"说|称|认为|觉得|表示|提到|印象|据|建议|：|（[^）]+）|says?|said|according|thinks?|reports?|suggests?|\([^)]+\)"
)
_CONFIRMS = re.compile(
    r"已(?:经)?(?:确认|证实|确定|核实)|经(?:确认|证实|核实)|官方(?:确认|证实)|确定(?:了|会|要)|证实|confirmed|verified|officially",
    re.I,
)


def check_certainty(claim: Claim, scope: Scope) -> Iterator[Violation]:
    """A question or a guess is not told as settled."""
    said = [fact.text for fact in claim.facts if fact.origin is Origin.MESSAGE and not fact.id.startswith("thread:")]
    if not said:
        return
    confirmed = _CONFIRMS.search(claim.open_text)
    if confirmed and not any(
        _CONFIRMS.search(text) or re.search(r"确认|核实|问过|查过|查了|问了|confirm|check", text) for text in said
    ):
        yield claim.objection(ViolationKind.CERTAINTY, "事实里没有确认", "The facts confirm nothing.", confirmed.span())
    open_text = claim.text
    if all(_only_asks(text) for text in said) and not _ASKED.search(open_text):
        yield claim.objection(ViolationKind.CERTAINTY, "把问题说成了事实", "A question is told as a fact.")
    elif not any(pattern.search(open_text) for pattern in (_HEDGE, _ATTRIBUTED, _ASKED)):
        told = [clause for text in said for clause in _supporting(claim.open_text, text)]
        if told and all(_HEDGE.search(clause) or _only_asks(clause) for clause in told):
            yield claim.objection(ViolationKind.CERTAINTY, "把猜测说成了事实", "A guess is told as a fact.")


def _supporting(text: str, said: str) -> list[str]:
    """Return the sentences of a message that a sentence tells: those with two or more of its character pairs."""
    words = content(text)
    pairs = {words[i : i + 2] for i in range(len(words) - 1)}
    parts = [part for part in re.split(r"[，,。！!；;\n]|(?<=[？?])", said) if re.search(r"\w", part)]
    return [part for part in parts if sum(pair in content(part) for pair in pairs) >= 2]


def _only_asks(text: str) -> bool:
    """Whether a message does nothing but ask."""
    parts = [part for part in re.split(r"[。！!；;\n]|(?<=[？?])", text) if re.search(r"\w", part)]
    return (
        bool(parts)
        and all(asks(part) for part in parts)
        and text.rstrip().endswith(("？", "?", "吗", "呢", "么", "没", "不"))
    )
