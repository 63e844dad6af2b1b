"""Sets of rules to begin with, for ten kinds of groups: data/rules of a checkout, beside this file in the wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PLACES = (Path(__file__).parent / "starters", Path(__file__).parents[2] / "data" / "rules")


@cache
def names() -> tuple[str, ...]:
    """The sets by name."""
    folder = next((place for place in _PLACES if place.is_dir()), None)
    found = () if folder is None else folder.glob("*.md")
    return tuple(sorted(path.stem for path in found if path.stem != "README"))


@cache
def text(name: str) -> str:
    """The rules of a set, without its heading; raises KeyError for an unknown one."""
    return _file(name).partition("\n")[2].strip() + "\n"


def titles() -> dict[str, str]:
    """The name of each set with its heading."""
    return {name: _file(name).splitlines()[0].lstrip("# ").strip() for name in names()}


@cache
def _file(name: str) -> str:
    if name not in names():
        raise KeyError(name)
    folder = next(place for place in _PLACES if place.is_dir())
    return (folder / f"{name}.md").read_text("utf-8")
