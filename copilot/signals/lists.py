"""A community's word and domain lists as people type them: one entry a line, each wrong line named.

`gambling:德州局` says what a word stands for; the Chinese names of the labels and a full-width colon will do as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category

from copilot.reasons import ZH_LABEL
from copilot.signals.links import listed_host, registered_domain
from copilot.text import text_views
from copilot.types import Label

LONGEST_ENTRY = 100
LONGEST_EXAMPLE = 500
MOST_ENTRIES = 1000
MOST_EXAMPLES = 50

_PREFIX = re.compile(r"^([A-Za-z_]{2,20}|[\u4e00-\u9fff]{2,6})\s*[:：]\s*(.*)$", re.DOTALL)
_LABELS = {label.value: label for label in Label} | {name: label for label, name in ZH_LABEL.items()}


class Fault(StrEnum):
    """What is wrong with a line."""

    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    NO_LABEL = "no_label"
    NO_WORD = "no_word"
    NO_DOMAIN = "no_domain"


@dataclass(frozen=True, slots=True)
class Problem:
    """A wrong line: its number, counted from 1, what is wrong, and the part of it that is."""

    line: int
    fault: Fault
    part: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Entries in order, each once, and the lines that could not be read."""

    entries: tuple[str, ...]
    problems: tuple[Problem, ...]


class _Wrong(Exception):
    def __init__(self, fault: Fault, part: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.part = part


def read_words(text: str, *, labelled: bool = False) -> Lines:
    """Read words; with `labelled` a prefix names the label that a word stands for."""
    return _read(text, _labelled if labelled else _word, LONGEST_ENTRY, MOST_ENTRIES)


def read_domains(text: str) -> Lines:
    """Read domains, also out of whole addresses: `https://www.a.com/x` becomes `a.com`."""
    return _read(text, _domain, LONGEST_ENTRY, MOST_ENTRIES)


def read_examples(text: str) -> Lines:
    """Read messages, one a line."""
    return _read(text, str, LONGEST_EXAMPLE, MOST_EXAMPLES)


def broad(entries: Iterable[str]) -> tuple[str, ...]:
    """The words so short that they occur inside ordinary ones: a single character, or a letter or two."""
    return tuple(entry for entry in entries if _is_broad(_form(entry.partition(":")[2] or entry)))


def _is_broad(form: str) -> bool:
    return len(form) < 2 or (form.isascii() and len(form) < 3)


def _read(text: str, read: Callable[[str], str], longest: int, most: int) -> Lines:
    entries: dict[str, None] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.strip()
        if not entry:
            continue
        try:
            if len(entry) > longest:
                raise _Wrong(Fault.TOO_LONG, str(longest))
            value = read(entry)
            if value not in entries and len(entries) == most:
                problems.append(Problem(number, Fault.TOO_MANY, str(most)))
                break
            entries[value] = None
        except _Wrong as wrong:
            problems.append(Problem(number, wrong.fault, wrong.part))
    return Lines(tuple(entries), tuple(problems))


def _form(word: str) -> str:
    return text_views(word).normal.text.strip()


def _word(entry: str) -> str:
    if all(category(char)[0] in "PZC" for char in _form(entry)):  # an emoji is a word, a comma is none
        raise _Wrong(Fault.NO_WORD, entry)
    return entry


def _labelled(entry: str) -> str:
    found = _PREFIX.match(entry)
    if found is None:
        return _word(entry)
    name, word = found.groups()
    label = _LABELS.get(name.lower() if name.isascii() else name)
    if label is None:
        raise _Wrong(Fault.NO_LABEL, name)
    return f"{label.value}:{_word(word.strip())}" if word.strip() else _empty(entry)


def _empty(entry: str) -> str:
    raise _Wrong(Fault.NO_WORD, entry)


def _domain(entry: str) -> str:
    host = listed_host(entry)
    if not registered_domain(host):
        raise _Wrong(Fault.NO_DOMAIN, entry)
    return host
