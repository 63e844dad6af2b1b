"""A language model's answer, read without trusting it: JSON found in whatever surrounds it, checked, ids resolved."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from copilot.drafting.masking import LINK, PLACEHOLDER
from copilot.drafting.types import Fact, Line, Poll, Sentence
from copilot.drafting.untrusted import clean
from copilot.types import Reason

MOST_LINES = 60
MOST_SENTENCES = 20
LONGEST_SENTENCE = 600
_OPTIONS = range(2, 11)
_MOST_LISTED = 200
"""Servers bound the size of an enumeration in a schema."""
_MOST_PLACES = 50

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_PLACE_OF_LINK = re.compile(r"\{([a-z]+:\d+)\}")
_ASCII_SPACE = re.compile(r"\s+")


class UnreadableAnswer(Exception):
    """The answer is not a draft; `problems` say why, for the model and for people."""

    def __init__(self, *problems: Reason) -> None:
        super().__init__("; ".join(problem.en for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model wrote, citing facts by their own ids."""

    lines: tuple[Line, ...]
    poll: Poll | None


def schema(facts: Mapping[str, Fact], *, poll: bool) -> dict[str, Any]:
    """The JSON schema of an answer that may cite these facts, in the subset that servers enforce."""
    cited: dict[str, Any] = {"type": "string"}
    if 0 < len(facts) <= _MOST_LISTED:
        cited["enum"] = list(facts)
    sentence = _object(text={"type": "string"}, facts={"type": "array", "items": cited})
    line = _object(sentences={"type": "array", "items": sentence})
    properties: dict[str, Any] = {"lines": {"type": "array", "items": line}}
    if poll:
        asked = _object(question={"type": "string"}, options={"type": "array", "items": {"type": "string"}})
        properties["poll"] = {"anyOf": [asked, {"type": "null"}]}
    return _object(**properties)


def read_answer(text: str, facts: Mapping[str, Fact], language: str, *, poll: bool) -> Answer:
    """Return the draft in an answer. Raises UnreadableAnswer with everything that is wrong.

    `facts` are those the model was given, by the ids it may cite. A link's placeholder becomes the link where the
    sentence cites its fact.
    """
    reader = _Reader(facts, " " if language == "en" else "")
    found = _found(text)
    lines = reader.lines(found.get("lines"))
    asked = reader.poll(found["poll"]) if poll and found.get("poll") is not None else None
    if reader.problems:
        raise UnreadableAnswer(*dict.fromkeys(reader.problems))
    return Answer(lines, asked)


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _found(text: str) -> Mapping[str, Any]:
    """The last JSON object with lines; thoughts, greetings and code fences around it do not matter."""
    found = [value for value in _objects(_THOUGHT.sub("", text)) if "lines" in value]
    if not found:
        raise UnreadableAnswer(_NO_JSON if "{" in text else _NO_OBJECT)
    return found[-1]


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The outermost JSON objects in a text. Line breaks inside strings are let pass."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    for _ in range(_MOST_PLACES):
        if at < 0:
            return
        try:
            value, at = decoder.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            at += 1
        at = text.find("{", at)


class _Reader:
    """Reads the parts of an answer, and collects what is wrong with them."""

    def __init__(self, facts: Mapping[str, Fact], joint: str) -> None:
        self._facts = facts
        self._joint = joint
        self.problems: list[Reason] = []

    def lines(self, value: Any) -> tuple[Line, ...]:
        if not isinstance(value, list) or not value or len(value) > MOST_LINES:
            self.problems.append(_LINES)
            return ()
        lines = tuple(Line(self._sentences(line)) for line in value)
        if not any(sentence.facts for line in lines for sentence in line.sentences):
            self.problems.append(_NOTHING_SAID)
        return lines

    def _sentences(self, line: Any) -> tuple[Sentence, ...]:
        value = line.get("sentences") if isinstance(line, Mapping) else None
        if not isinstance(value, list) or not value or len(value) > MOST_SENTENCES:
            self.problems.append(_SENTENCES)
            return ()
        sentences = [self._sentence(item) for item in value]
        return tuple(
            Sentence(self._joint + s.text if i and self._joint else s.text, s.facts) for i, s in enumerate(sentences)
        )

    def _sentence(self, value: Any) -> Sentence:
        text = value.get("text") if isinstance(value, Mapping) else None
        cited = value.get("facts") if isinstance(value, Mapping) else None
        if not isinstance(text, str) or not isinstance(cited, list) or not all(isinstance(c, str) for c in cited):
            self.problems.append(_SENTENCE)
            return Sentence("")
        unknown = [alias for alias in cited if alias not in self._facts]
        if unknown:
            self.problems.append(_unknown(unknown[0]))
            return Sentence("")
        ids = tuple(dict.fromkeys(cited))
        return Sentence(self._text(text, ids), tuple(self._facts[alias].id for alias in ids))

    def _text(self, text: str, cited: tuple[str, ...]) -> str:
        text = _ASCII_SPACE.sub(" ", text).strip()
        if not text or len(text) > LONGEST_SENTENCE:
            self.problems.append(_LENGTH)
        if PLACEHOLDER.search(text):
            self.problems.append(_MASKED)
        if clean(text, LONGEST_SENTENCE) != text and len(text) <= LONGEST_SENTENCE:
            self.problems.append(_INVISIBLE)
        if LINK.search(text):
            self.problems.append(_ADDRESS)
        for alias in _PLACE_OF_LINK.findall(text):
            if alias not in cited or not self._facts[alias].url:
                self.problems.append(_LINKED)
        return _PLACE_OF_LINK.sub(lambda match: self._facts[match[1]].url if match[1] in cited else match[0], text)

    def poll(self, value: Any) -> Poll | None:
        question = value.get("question") if isinstance(value, Mapping) else None
        options = value.get("options") if isinstance(value, Mapping) else None
        if not isinstance(question, str) or not isinstance(options, list) or len(options) not in _OPTIONS:
            self.problems.append(_POLL)
            return None
        if not all(isinstance(option, str) for option in options) or len(set(options)) < len(options):
            self.problems.append(_POLL)
            return None
        return Poll(self._text(question, ()), tuple(self._text(option, ()) for option in options))


def _unknown(alias: str) -> Reason:
    shown = "".join(c for c in alias[:40] if unicodedata.category(c)[0] in "LN" or c in ":-_")
    return Reason(f"资料里没有编号 {shown}", f"There is no fact with the id {shown}.")


_NO_OBJECT = Reason("没有输出 JSON 对象", "There is no JSON object in the answer.")
_NO_JSON = Reason("JSON 不完整、格式不对，或者没有 lines", 'The JSON is incomplete, malformed, or has no "lines".')
_LINES = Reason(f"lines 应是 1 到 {MOST_LINES} 项的列表", f'"lines" has to be a list of 1 to {MOST_LINES} items.')
_SENTENCES = Reason(
    f"每一行的 sentences 应是 1 到 {MOST_SENTENCES} 项的列表",
    f'"sentences" of every line has to be a list of 1 to {MOST_SENTENCES} items.',
)
_SENTENCE = Reason(
    "每一句应有 text（文字）和 facts（资料编号的列表）", 'Every sentence has a "text" and a list "facts" of ids.'
)
_LENGTH = Reason(
    f"有一句是空的，或超过 {LONGEST_SENTENCE} 字",
    f"A sentence is empty or longer than {LONGEST_SENTENCE} characters.",
)
_NOTHING_SAID = Reason("没有一句话有依据", "No sentence rests on a fact.")
_MASKED = Reason("隐去的个人信息的记号写进了草稿", "A mark for personal data that was taken out stands in the draft.")
_INVISIBLE = Reason("有看不见的控制字符", "There are invisible control characters.")
_LINKED = Reason("{…} 只能写所引资料的 link", "{…} may only be the link of a fact that the sentence cites.")
_ADDRESS = Reason("不要自己写网址，写资料的 link", "Write no address, only the link of a fact.")
_POLL = Reason("poll 应有一个问题和 2 到 10 个不同的选项", "A poll has a question and 2 to 10 different options.")
