"""`community-copilot retention`: erase what is older than communities keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="How long messages are kept.")


@app.callback()
def group() -> None:
    """Keep `run` a command of its own."""


@app.command("run")
def run(community: Annotated[str | None, typer.Option(help="Only this one; all by default.")] = None) -> None:
    """Erase now what is past its time; a running server does the same every night by itself."""
    from api.commands.common import settings
    from api.commands.erase import acting, told
    from api.wiring import build
    from copilot.adapters.sql import upgrade

    chosen = settings()
    upgrade(chosen.database_url)
    with build(chosen) as built:
        eraser = built.service.eraser
        names = [community] if community else [known.id for known in built.service.communities()]
        for name in names:
            days = eraser.retention(name).days
            if days is None:
                print(f"{name}: everything is kept")
                continue
            erased = eraser.old(name, datetime.now(UTC), acting())
            if erased is None:
                print(f"{name}: somebody is erasing already")
            else:
                print(f"{name}: {erased.messages} messages older than {days} days erased. {told(erased.scrubbed)}")
