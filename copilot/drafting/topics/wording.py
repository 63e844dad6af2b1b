"""How a topic prompt is set: an opening in the community's tone, the question, the ways to answer it."""

from __future__ import annotations

from collections.abc import Mapping

from copilot.drafting.chance import chance
from copilot.drafting.topics.candidates import Candidate, Setting
from copilot.drafting.types import Draft, Kind, Line, Poll, Sentence, Tone

OPENINGS: Mapping[str, Mapping[Tone, tuple[str, ...]]] = {
    "zh": {
        Tone.PLAIN: ("今日话题：", "话题：", "今天聊一个具体的："),
        Tone.WARM: ("今天想听你说说：", "来聊件小事：", "歇口气，聊这个："),
        Tone.LIVELY: ("话题来了：", "今日小问题：", "都过来，就问一句："),
        Tone.FORMAL: ("今日讨论：", "本期讨论题：", "今日交流题目："),
    },
    "en": {
        Tone.PLAIN: ("Today's topic: ", "One question: "),
        Tone.WARM: ("We would love to hear this from you: ", "A small question for today: "),
        Tone.LIVELY: ("Topic time: ", "Quick one: "),
        Tone.FORMAL: ("Topic for discussion: ", "Question of the day: "),
    },
}
LEADS: Mapping[str, tuple[str, ...]] = {
    "zh": ("一句话就行，比如说说：", "可以从这里说起：", "不用长，说一样就好："),
    "en": ("One line is enough, for instance: ", "You could start with: "),
}
"""Openings and leads are frames: they claim nothing and rest on no fact."""
_LETTERS = "ABCD"


def worded(candidate: Candidate, setting: Setting, seed: str) -> Draft:
    """Return the draft: one line with the question, then one a way for a poll, or one with all of them."""
    draws = chance(seed, candidate.pattern, "wording")
    zh = setting.language == "zh"
    facts = tuple(fact.id for fact in candidate.facts)
    opening = Sentence(draws.choice(OPENINGS[setting.language][setting.tone]))
    first = Line((opening, Sentence(candidate.question, facts)))
    if candidate.poll:
        rest = tuple(
            Line((Sentence(f"{letter}. {way}", facts),)) for letter, way in zip(_LETTERS, candidate.ways, strict=False)
        )
    else:
        listed = "、".join(candidate.ways) + "。" if zh else ", ".join(_lowered(candidate.ways)) + "."
        rest = (Line((Sentence(draws.choice(LEADS[setting.language])), Sentence(listed, facts))),)
    return Draft(
        kind=Kind.TOPICS,
        community=setting.community,
        language=setting.language,
        tone=setting.tone,
        lines=(first, *rest),
        facts=candidate.facts,
        written_by="topics/1",  # the ways to answer are no words of a fact, so the gate reads them as a writer's
        poll=Poll(candidate.question, candidate.ways) if candidate.poll else None,
    )


def _lowered(ways: tuple[str, ...]) -> list[str]:
    return [way[0].lower() + way[1:] if way[1:2].islower() else way for way in ways]
