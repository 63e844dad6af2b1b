"""A matter that rules regulate, with the words for it."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.types import Label


@dataclass(frozen=True, slots=True)
class Topic:
    """One matter. `named` are the words by which clauses name it.

    `said` is a regular expression over the resolved view of a message. `faint` are matters that are often
    only mentioned (房东租客不许骂人): their labels count where a clause names nothing else. `lifted` says
    that a permission of it lifts `ads`, although a ban of it is none of advertising.
    """

    name: str
    labels: tuple[Label, ...]
    named: tuple[str, ...]
    said: str = ""
    faint: bool = False
    lifted: bool = False


def topic(
    name: str, labels: tuple[Label, ...], named: str, said: str = "", *, faint: bool = False, lifted: bool = False
) -> Topic:
    """Return a topic; `named` holds its words apart by spaces, `_` standing for a space within one."""
    return Topic(name, labels, tuple(word.replace("_", " ") for word in named.split()), said, faint, lifted)
