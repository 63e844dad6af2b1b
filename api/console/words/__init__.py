"""The console's words, one TOML file per area: `"queue.title" = ["队列", "Queue"]`, Chinese before English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")


@cache
def words() -> Mapping[str, tuple[str, str]]:
    """All words by key; a key that two files define is a mistake of ours."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for key, (zh, en) in tomllib.loads(path.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{key} is defined twice")
            found[key] = (zh, en)
    return found


def say(language: str, key: str, **values: object) -> str:
    """The words of a key in a language, with `{name}` filled in; raises KeyError for an unknown key."""
    text = words()[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
