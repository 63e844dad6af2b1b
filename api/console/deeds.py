"""Entries of the audit log in words: no JSON, no codes, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.console.words import say, words
from copilot.ports import SYSTEM, Deed

_LONGEST = 160
"""Characters of a value that are shown; the export has it whole."""
_VIA = re.compile(r"(.*) \(key:(.*)\)", re.DOTALL)
"""A person for whom a program with a key acts, as the API writes it."""
_WORDS_OF = {"decision": "decision", "measure": "measure", "role": "role", "labels": "label", "label": "label"}
"""Which words the values of a field have."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was changed. What was not there before, or is not any more, is empty."""

    field: str
    before: str
    after: str


class Teller:
    """Tells deeds in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def who(self, actor: str) -> str:
        """Who did it."""
        via = _VIA.fullmatch(actor)
        if via is not None:
            return self._say("audit.via", name=via[1], program=via[2])
        name, _, rest = actor.partition(":")
        if name == "key" and rest:
            return self._say("audit.key", name=rest)
        if name == SYSTEM:
            return self._say("audit.shell", name=rest) if rest else self._say("audit.system")
        return self._say("audit.machine") if actor == "machine" else actor

    def what(self, action: str) -> str:
        """What was done: a phrase of its own, or put together from noun and verb."""
        whole = self._known(f"audit.action.{action}")
        if whole is not None:
            return whole
        noun, _, verb = action.partition(".")
        return f"{self.noun(noun)} · {self._known(f'audit.verb.{verb}') or verb.replace('_', ' ')}"

    def noun(self, noun: str) -> str:
        """What kind of thing it was done to."""
        return self._known(f"audit.noun.{noun}") or noun.replace("_", " ")

    def about(self, subject: str) -> str:
        """To which thing, "" where what was done says it."""
        noun, colon, number = subject.partition(":")
        if not colon:
            return ""
        known = f"audit.about.{noun}"
        return self._say(known, number=number) if known in words() else f"{self.noun(noun)} {number}"

    def changes(self, deed: Deed) -> list[Change]:
        """What was different before and after, in the order of the fields."""
        names = list(dict.fromkeys([*deed.before, *deed.after]))
        return [
            Change(self.field(name), self._side(deed.before, name), self._side(deed.after, name))
            for name in names
            if deed.before.get(name) != deed.after.get(name) or (name not in deed.before and deed.after[name])
        ]

    def field(self, name: str) -> str:
        """A field's name."""
        return self._known(f"audit.field.{name}") or self._known(f"label.{name}") or name.replace("_", " ")

    def _side(self, side: Mapping[str, Any], name: str) -> str:
        return self._value(name, side[name]) if name in side else ""

    def _value(self, name: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return self._say("audit.nothing")
        if isinstance(value, bool):
            return self._say("common.yes" if value else "common.no")
        if isinstance(value, Mapping):
            told = (f"{self.field(str(key))} {self._value(str(key), each)}" for key, each in value.items())
            return _short("；".join(told) if self._language == "zh" else "; ".join(told))
        if isinstance(value, list | tuple):
            return _short(("、" if self._language == "zh" else ", ").join(self._value(name, each) for each in value))
        if isinstance(value, float):
            return f"{value:g}"
        text = str(value)
        known = self._known(f"{_WORDS_OF[name]}.{text}") if name in _WORDS_OF else self._known(f"audit.value.{text}")
        return known or _short(text)

    def _known(self, key: str) -> str | None:
        return say(self._language, key) if key in words() else None

    def _say(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
