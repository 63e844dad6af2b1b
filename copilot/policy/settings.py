"""Reads a policy's plain values; whatever is wrong is said with the name of its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar

from copilot.errors import InvalidInput
from copilot.policy.bands import Band
from copilot.policy.ladder import Rung
from copilot.types import Label, Measure, Window

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def only(value: Any, names: frozenset[str], param: str) -> Mapping[str, Any]:
    """Return an object that has no other keys than these."""
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{param} must be an object", param=param)
    for name in value:
        if name not in names:
            raise InvalidInput(f"{param} has no field {name!r}", param=f"{param}.{name}")
    return value


def number(value: Any, param: str) -> float:
    """Return a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{param} must be a number", param=param)
    return float(value)


def whole(value: Any, param: str) -> int:
    """Return a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{param} must be a whole number", param=param)
    return value


def words(value: Any, param: str) -> str:
    """Return a string."""
    if not isinstance(value, str):
        raise InvalidInput(f"{param} must be a string", param=param)
    return value


def one_of(kind: type[E]) -> Callable[[Any, str], E]:
    """Return what reads a member of an enumeration."""

    def read(value: Any, param: str) -> E:
        try:
            return kind(value)
        except ValueError:
            raise InvalidInput(f"{param} must be one of {', '.join(kind)}", param=param) from None

    return read


def each(read: Callable[[Any, str], T]) -> Callable[[Any, str], tuple[T, ...]]:
    """Return what reads a list."""

    def read_all(value: Any, param: str) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise InvalidInput(f"{param} must be a list", param=param)
        return tuple(read(item, f"{param}[{index}]") for index, item in enumerate(value))

    return read_all


def by_label(read: Callable[[Any, str], T]) -> Callable[[Any, str], dict[Label, T]]:
    """Return what reads an object whose keys are labels."""

    def read_all(value: Any, param: str) -> dict[Label, T]:
        if not isinstance(value, Mapping):
            raise InvalidInput(f"{param} must be an object", param=param)
        return {one_of(Label)(name, param): read(item, f"{param}.{name}") for name, item in value.items()}

    return read_all


def band(value: Any, param: str) -> Band:
    """Return a band; without `remove` the label is never removed."""
    body = only(value, frozenset({"review", "remove"}), param)
    if "review" not in body:
        raise InvalidInput(f"{param} must say from when to review", param=f"{param}.review")
    bounds = {name: number(body[name], f"{param}.{name}") for name in body if body[name] is not None}
    try:
        return Band(**bounds)
    except (TypeError, ValueError):
        raise InvalidInput(f"{param} needs 0 < review <= remove", param=param) from None


def rung(value: Any, param: str) -> Rung:
    """Return a rung of a ladder."""
    body = only(value, frozenset({"measure", "minutes"}), param)
    measure = one_of(Measure)(body.get("measure"), f"{param}.measure")
    minutes = whole(body.get("minutes", 0), f"{param}.minutes")
    try:
        return Rung(measure, minutes)
    except ValueError:
        raise InvalidInput("a mute, and nothing else, lasts minutes", param=f"{param}.minutes") from None


def window(value: Any, param: str) -> Window:
    """Return recurring hours; times are written `22:30`."""
    body = only(value, frozenset({"weekdays", "start", "end"}), param)
    weekdays = each(whole)(body.get("weekdays", ()), f"{param}.weekdays")
    if not all(1 <= day <= 7 for day in weekdays):
        raise InvalidInput("weekdays run from 1, Monday, to 7", param=f"{param}.weekdays")
    return Window(weekdays, *(_clock(body.get(name), f"{param}.{name}") for name in ("start", "end")))


def _clock(value: Any, param: str) -> time | None:
    if value is None:
        return None
    try:
        read = time.fromisoformat(words(value, param))
    except ValueError:
        raise InvalidInput(f"{param} must be a time such as 22:30", param=param) from None
    if read.tzinfo is not None:
        raise InvalidInput(f"{param} is local time and has no zone of its own", param=param)
    return read


def read_fields(body: Any, readers: Mapping[str, Callable[[Any, str], Any]]) -> Iterator[tuple[str, Any]]:
    """Read those fields of an object that are there; raises InvalidInput for any other."""
    if not isinstance(body, Mapping):
        raise InvalidInput("a policy must be an object")
    for name, value in body.items():
        if name not in readers:
            raise InvalidInput(f"a policy has no field {name!r}", param=str(name))
        yield name, readers[name](value, name)
