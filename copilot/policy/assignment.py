"""Who looks at an appeal: somebody other than the one who decided, wherever there is somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bench:
    """Who may answer appeals of a community: its own moderators, and admins, who stand in where nobody else is left."""

    moderators: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()

    def others_than(self, name: str) -> tuple[str, ...]:
        """Whom an appeal against this person's decision can go to."""
        own = tuple(other for other in self.moderators if other != name)
        return own or tuple(other for other in self.admins if other != name)


def assignee(bench: Bench, decided_by: str, waiting: Mapping[str, int]) -> str:
    """Return who is asked to look, or "" where there is no moderator at all.

    Of those who did not decide themselves the one with the fewest appeals `waiting`, by name where that is equal. Only
    where nobody else is there does it go back to the one who decided.
    """
    others = bench.others_than(decided_by) or bench.moderators or bench.admins
    return min(others, key=lambda name: (waiting.get(name, 0), name), default="")


def may_answer(name: str, decided_by: str, bench: Bench) -> bool:
    """Whether somebody may answer an appeal: nobody judges their own decision while another one could."""
    return name != decided_by or not bench.others_than(decided_by)
