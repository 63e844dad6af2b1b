"""`community-copilot audit`: check the log's chain, note its head, export it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, help="The audit log.")


@app.command("verify")
def verify(
    head: Annotated[str | None, typer.Option(help="What `audit head` printed some time ago.")] = None,
) -> None:
    """Check every entry from the first one on; exit 3 where the log was tampered with.

    With an earlier head it also shows whether the newest entries were cut off or the whole chain was made anew.
    """
    from api.commands.common import open_store
    from copilot.service.audit import Audit, read_head

    kept = read_head(head) if head is not None else None
    with open_store() as store:
        audit = Audit(store)
        chain = audit.check(datetime.now(UTC), whole=True)
        lost = kept is not None and not audit.holds(kept)
    if chain.broken_at is not None:
        print(f"BROKEN at entry {chain.broken_at}: it, or what came before it, was changed or removed.")
    if lost and kept is not None:
        print(f"LOST: entry {kept.number} is not what it was; entries were cut off, or the chain was made anew.")
    if chain.broken_at is not None or lost:
        raise typer.Exit(3)
    print(f"{chain.entries} entries, unbroken; {chain.erased} without details, which were erased on request.")


@app.command("head")
def show_head() -> None:
    """Print the newest entry's number and hash; keep it where nobody with access to the database can change it."""
    from api.commands.common import open_store
    from copilot.errors import NotFound
    from copilot.service.audit import Audit

    with open_store() as store:
        found = Audit(store).head()
    if found is None:
        raise NotFound("the audit log is empty")
    print(found)


@app.command("export")
def export(
    community: Annotated[str, typer.Option(help="Whose entries; empty for what belongs to none.")] = "",
    form: Annotated[Literal["csv", "jsonl"], typer.Option("--format")] = "jsonl",
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 3650,
) -> None:
    """Write entries to standard output, newest first."""
    from api import sheets
    from api.commands.common import open_store
    from api.console.deeds import Teller
    from api.console.routes.audit import json_lines, rows
    from copilot.service.audit import Audit, Search

    with open_store() as store:
        entries = Audit(store).every(Search(community, since=datetime.now(UTC) - timedelta(days=days)))
        parts = json_lines(entries) if form == "jsonl" else sheets.lines(rows(entries, Teller("en")))
        for part in parts:
            sys.stdout.write(part)
