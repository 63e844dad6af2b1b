"""The prompts, as files beside this one: what the model is told, and the facts it is given as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Any

from copilot.drafting.material import Material, listed
from copilot.drafting.types import Kind, Tone
from copilot.drafting.untrusted import clean
from copilot.ports import Prompt, Role, Turn
from copilot.types import Reason

_ROOM = 1.2
"""How much longer than the base a draft may be."""
_SHORTEST = 80
_LONGEST_ANSWER = 8_000
_LONGEST_PROBLEM = 300

_KINDS: Mapping[str, Mapping[Kind, str]] = {
    "zh": {
        Kind.WELCOME: "一份欢迎语",
        Kind.BRIEFING: "一份早报",
        Kind.TOPICS: "一个话题",
        Kind.NOTICE: "一份通知",
        Kind.CLARIFICATION: "一则澄清",
    },
    "en": {
        Kind.WELCOME: "a welcome",
        Kind.BRIEFING: "a morning briefing",
        Kind.TOPICS: "a topic to talk about",
        Kind.NOTICE: "a notice",
        Kind.CLARIFICATION: "a clarification",
    },
}
_TONES: Mapping[str, Mapping[Tone, str]] = {
    "zh": {
        Tone.PLAIN: "平实，就事说事，像群里熟人顺手写的",
        Tone.WARM: "温和，像邻居打招呼",
        Tone.LIVELY: "轻快，可以俏皮一点",
        Tone.FORMAL: "庄重，用语完整，不用表情",
    },
    "en": {
        Tone.PLAIN: "matter-of-fact, as a regular of the group would put it",
        Tone.WARM: "friendly, as one greets a neighbour",
        Tone.LIVELY: "light, a little playful",
        Tone.FORMAL: "formal, whole sentences, no emoji",
    },
}
_ANSWER = '{"lines": [{"sentences": [{"text": "…", "facts": ["message:1"]}]}]}'


def first_prompt(kind: Kind, tone: Tone, material: Material, schema: Mapping[str, Any]) -> Prompt:
    """Ask for a draft."""
    language = material.language
    system = _filled(
        "system",
        language,
        kind=_KINDS[language][kind],
        tone=_TONES[language][tone],
        task=_filled(kind.value, language),
        answer=_ANSWER,
    )
    examples = _filled("examples", language, examples=listed(material.examples)) + "\n" if material.examples else ""
    base = [{"sentences": line} for line in material.base] + ([{"poll": material.poll}] if material.poll else [])
    user = _filled(
        "user",
        language,
        facts=listed(material.shown),
        examples=examples,
        base=listed(base),
        length=str(max(_SHORTEST, -(-int(material.characters * _ROOM) // 10) * 10)),
    )
    return Prompt((Turn(Role.SYSTEM, system), Turn(Role.USER, user)), schema)


def repair_prompt(prompt: Prompt, answer: str, problems: Sequence[Reason], material: Material) -> Prompt:
    """Ask again, with the answer that failed and what is wrong with it.

    A problem may quote what the model wrote, so it is data like the facts.
    """
    language = material.language
    told = [clean(material.masker.mask(getattr(problem, language)), _LONGEST_PROBLEM) for problem in problems]
    again = _filled("repair", language, problems=listed(told))
    turns = (Turn(Role.ASSISTANT, answer[:_LONGEST_ANSWER]), Turn(Role.USER, again))
    return Prompt((*prompt.turns, *turns), prompt.schema)


def _filled(name: str, language: str, **values: str) -> str:
    """A prompt file with its blanks filled; what fills them is never read as a template."""
    text = files("copilot.drafting.prompts").joinpath(f"{name}.{language}.txt").read_text("utf-8")
    return Template(text).substitute(values).rstrip("\n")
