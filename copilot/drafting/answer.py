"""A language model's answer, read without trusting it: JSON found in whatever surrounds it, checked, ids resolved."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from copilot.drafting.masking import LINK, PLACEHOLDER
from copilot.drafting.material import Material
from copilot.drafting.types import Line, Sentence
from copilot.drafting.untrusted import clean
from copilot.types import Reason

MOST_LINES = 60
MOST_SENTENCES = 20
LONGEST_SENTENCE = 600
_MOST_LISTED = 200
"""Servers bound the size of an enumeration in a schema."""
_MOST_PLACES = 50

_GREETINGS = frozenset(
    [
        "",  # an emoji or a rule of dashes
        *"早 早呀 早啊 早安 早上好 大家早 大家早上好 各位早 各位早上好 大家好 各位好 晚上好 你好 欢迎".split(),
        *"goodmorning goodmorningeveryone morningall hello helloeveryone hi hieveryone welcome".split(),
    ]
)
"""Frames that claim nothing whatever surrounds them."""

_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_PLACE_OF_LINK = re.compile(r"\{([a-z]+:\d+)\}")
_ASCII_SPACE = re.compile(r"\s+")


class UnreadableAnswer(Exception):
    """The answer is not a draft; `problems` say why, for the model and for people."""

    def __init__(self, *problems: Reason) -> None:
        super().__init__("; ".join(problem.en for problem in problems))
        self.problems = problems


def schema(material: Material) -> dict[str, Any]:
    """The JSON schema of an answer over this material, in the subset that servers enforce."""
    cited: dict[str, Any] = {"type": "string"}
    if 0 < len(material.facts) <= _MOST_LISTED:
        cited["enum"] = list(material.facts)
    sentence = _object(text={"type": "string"}, facts={"type": "array", "items": cited})
    line = _object(sentences={"type": "array", "items": sentence})
    return _object(lines={"type": "array", "items": line})


def read_answer(text: str, material: Material) -> tuple[Line, ...]:
    """Return the lines in an answer. Raises UnreadableAnswer with everything that is wrong.

    Facts are cited by their own ids in what is returned. A link's placeholder becomes the link where the sentence cites
    its fact. A sentence without facts has to be one of the base's, or a plain greeting: no check of words can tell a
    claim from a closing line, so a model invents neither.
    """
    reader = _Reader(material)
    lines = reader.lines(_found(text).get("lines"))
    if reader.problems:
        raise UnreadableAnswer(*dict.fromkeys(reader.problems))
    return lines


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _found(text: str) -> Mapping[str, Any]:
    """The last JSON object with lines; thoughts, greetings and code fences around it do not matter."""
    said = _THOUGHT.sub("", text)
    found = [value for value in _objects(said) if "lines" in value]
    if not found:
        raise UnreadableAnswer(_NO_JSON if "{" in said else _NO_OBJECT)
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

    def __init__(self, material: Material) -> None:
        self._facts = material.facts
        self._joint = "" if material.language == "zh" else " "
        self._frames = _GREETINGS | {_bare(text) for text in material.frames}
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
        if not cited and _bare(text) not in self._frames:
            self.problems.append(_invented(text))
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


def _bare(text: str) -> str:
    """The letters and digits of a text, by which two frames are the same."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _invented(text: str) -> Reason:
    shown = clean(text, 40)
    return Reason(
        f"“{shown}”没有依据，底稿里也没有这句：引用资料、照抄底稿的问候和小标题，或者删掉",
        f"{shown!r} rests on nothing and is not in the base: cite a fact, copy the base, or leave it out.",
    )


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
