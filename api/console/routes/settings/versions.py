"""Which of the versions of rules or of a policy a page is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from copilot.errors import NotFound
from copilot.ports import State, Version

T = TypeVar("T")


def in_state(versions: Sequence[Version[T]], state: State) -> Version[T] | None:
    """The version in force, or on trial, if any."""
    return next((version for version in versions if version.state is state), None)


def numbered(versions: Sequence[Version[T]], number: int) -> Version[T]:
    """The version of this number; raises NotFound."""
    for version in versions:
        if version.number == number:
            return version
    raise NotFound("there is no such version", param="version")


def base_of(versions: Sequence[Version[T]], asked: str) -> Version[T] | None:
    """The version to begin from: the one whose number is asked for, else the one in force."""
    chosen = next((version for version in versions if str(version.number) == asked), None)
    return chosen or in_state(versions, State.LIVE)
