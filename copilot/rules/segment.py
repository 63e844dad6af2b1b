"""From a text of rules, laid out in any manner, to the pieces that each say one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from copilot.rules.injection import injects
from copilot.rules.parts import parts
from copilot.rules.piece import Piece, content, normal
from copilot.rules.prose import says_something, section_kind, told
from copilot.rules.verdict import informs
from copilot.types import ClauseKind

_HAN = "一二三四五六七八九十百"
_COUNTER = (
    rf"(?:第\s*[{_HAN}\d]{{1,4}}\s*(?:条|[,，、:：.。]|\s)|[(（【\[]?[{_HAN}]{{1,4}}(?:[)）】\]]|[、.．:：]|[ \u3000]+)"
    r"|[(（\[]\d{1,3}[)）\]][、.]?|\d{1,3}\s*(?:[、.．)）:：/](?!\d)|\s-\s|[ \u3000]+(?=[\u4e00-\u9fff]))"
    r"|\d\ufe0f?\u20e3|[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289])"
)
_EMOJI = r"[\u2600-\u27bf\U0001f000-\U0001faff]+[\ufe0e\ufe0f\u200d\u2640\u2642\U0001f3fb-\U0001f3ff]*"
_SIGN = rf"(?:[-*+•·●○◆◇■□▪▫▶►➤➢→✦★☆※・‣–—]|{_EMOJI})"
_MARK = re.compile(rf"\s*(?:{_SIGN}\s*)*(?:{_COUNTER}|{_SIGN}(?:\s*{_SIGN})*)\s*(?=\S)")
_INLINE = re.compile(
    rf"(?<=[\s。;；:：!！.])(?=\d{{1,2}}[、.．)）](?!\d)|[{_HAN}]{{1,3}}、|第[{_HAN}]{{1,3}}[,，、:：条])"
    r"|(?<=\S)(?=[\u2460-\u2473\u2776-\u277f])"
)
"""Where a list goes on within its line."""
_HEADING = re.compile(r"\s*#{1,6}\s+(.*)")
_QUESTION = re.compile(r"\s*[*_]*(?:q|问|問|question)\s*\d*[*_]*\s*[:：.、]\s*(.*)", re.I)
_ANSWER = re.compile(r"\s*[*_]*(?:a|答|answer)\s*\d*[*_]*\s*[:：.、]\s*(.*)", re.I)
_ASKED = re.compile(r"(?:什么|啥|哪些)\S{0,3}?(不能|不可以|不许|不让|能|可以)")
_RULE_LINE = re.compile(r"[\s|:+=_*\-–—~]*")
_TABLE_RULE = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?\s*)?")
_LINE_BREAK = re.compile(r"\r\n|[\r\n\u2028\u2029\x0b\x0c\x85]")
_LONGEST_TITLE = 12


def segment(text: str) -> list[Piece]:
    """Return the pieces of a text, in order; greetings, titles and separators are left out. Never raises."""
    lines = _without_table_heads([line.rstrip() for line in _lines(text)])
    if any(_QUESTION.fullmatch(line) for line in lines):
        pieces = _answers(lines)
    elif sum(_is_item(line) for line in lines) >= 2:
        pieces = _items(lines)
    else:
        pieces = (piece for line in lines if not _HEADING.fullmatch(line) for piece in told(_unmarked(line)))
    return [part for piece in pieces for part in parts(piece) if content(part.text)]


def _lines(text: str) -> Iterator[str]:
    for line in _LINE_BREAK.split(text):
        broken = _INLINE.split(line)
        yield from broken if len(broken) >= 3 else [line]


def _without_table_heads(lines: list[str]) -> list[str]:
    """Leave out the line above a table's |---|---|, which names columns."""
    below = [*lines[1:], ""]
    return [
        line for line, after in zip(lines, below, strict=True) if not ("|" in line and _TABLE_RULE.fullmatch(after))
    ]


def _is_item(line: str) -> bool:
    return bool(_MARK.match(line)) or line.count("|") >= 2


def _unmarked(line: str) -> str:
    if line.count("|") >= 2:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        return ",".join(cell for cell in cells if cell and not cell.isdigit())
    return line[match.end() :] if (match := _MARK.match(line)) else line


def _answers(lines: list[str]) -> Iterator[Piece]:
    """Questions with their answers; a line that is neither goes on with the answer before it."""
    question, answer = "", ""
    for line in [*lines, "Q:"]:
        if asked := _QUESTION.fullmatch(line):
            if answer:
                yield Piece(answer, _asked_kind(normal(question)), question)
            question, answer = asked.group(1), ""
        elif question:
            found = _ANSWER.fullmatch(line)
            answer += found.group(1) if found else line.strip()


def _asked_kind(form: str) -> ClauseKind | None:
    """Return the kind of a list that answers a question: 啥能发, 什么不能发."""
    match = _ASKED.search(form)
    if match is None:
        return None
    return ClauseKind.FORBID if match.group(1).startswith("不") else ClauseKind.ALLOW


def _items(lines: list[str]) -> Iterator[Piece]:
    """The items of a list; what is indented goes on with the item before it."""
    under: ClauseKind | None = None
    last: Piece | None = None
    for line in lines:
        title = _title(line)
        if title is not None:
            under = section_kind(title)
        elif last and not _is_item(line) and line[:1].isspace():
            last = replace(last, text=f"{last.text} {line.strip()}")
        elif found := _item(line, under, first=last is None):
            if last:
                yield last
            last = found
    if last:
        yield last


def _item(line: str, under: ClauseKind | None, *, first: bool) -> Piece | None:
    """Return the item of a line, or an unmarked line that says something; a notice ahead of all is a title."""
    if _RULE_LINE.fullmatch(line):
        return None
    if _is_item(line):
        return Piece(_unmarked(line), under)
    form = normal(line)
    if not says_something(form) or (first and informs(form) and not injects(form)):
        return None
    return Piece(line.strip())


def _title(line: str) -> str | None:
    """Return a heading, or a short line that ends in a colon; None for any other."""
    if heading := _HEADING.fullmatch(line):
        return heading.group(1)
    form = normal(_unmarked(line)).strip()
    return line if len(form) <= _LONGEST_TITLE and form.endswith(":") and content(form) else None
