"""`community-copilot erase`: take out what a member wrote, wherever it lies."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from copilot.ports.erasure import Scrubbed

_ADVICE = {
    "": "Nothing of it is left in the database's files.",
    "busy": "The database was busy, remains may be in its files: run `community-copilot db scrub` when it is idle.",
    "vacuum_full": "PostgreSQL keeps the old bytes until it reuses them; to clear them now, run VACUUM FULL.",
}


def erase(
    community: Annotated[str, typer.Option(help="Whose member.")],
    member: Annotated[str, typer.Option(help="Name or id as the member's messages carry it.")],
    alias: Annotated[list[str] | None, typer.Option(help="Another name others call them by; may be repeated.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a member's texts, quotes of them, their traces in the index of precedents, and their name.

    Cases, verdicts and decisions stay under a random name. May be run again, after a crash too. Copies in backups are
    not reached.
    """
    from api.commands.common import settings
    from api.wiring import build
    from copilot.adapters.sql import upgrade

    chosen = settings()
    upgrade(chosen.database_url)
    names = [member, *(alias or ())]
    with build(chosen) as built:
        found = built.service.eraser.count(community, names)
        if not yes:
            typer.confirm(f"Erase {found} messages for good?", abort=True)
        erased = built.service.eraser.member(community, names, acting())
    for place, count in erased.places.items():
        print(f"{place:10} {count}")
    print(told(erased.scrubbed))


def acting() -> str:
    """Under whose name the command line acts in the audit log."""
    try:
        return f"system:{getpass.getuser()}"
    except (OSError, KeyError):
        return "system"


def told(scrubbed: Scrubbed) -> str:
    """Say whether the database's files are clean, and what is left to do."""
    return _ADVICE[scrubbed.advice]
