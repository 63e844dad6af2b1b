"""`community-copilot replay` and `learn`: measure a change before it is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from copilot.service import Service


def replay(
    community: Annotated[str, typer.Argument(help="Whose messages.")],
    policy: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="A policy as JSON.")] = None,
    rules: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Rules as text.")] = None,
    classifier: Annotated[str | None, typer.Option(help="A model to read the messages again with.")] = None,
    days: Annotated[int, typer.Option(min=1, max=365)] = 30,
) -> None:
    """Say what a policy, rules or another model would have done to the last messages; nothing is changed."""
    from api import shown
    from copilot.service.replays import Proposal

    proposal = Proposal(
        policy=_json(policy) if policy is not None else None,
        rules=rules.read_text("utf-8-sig") if rules is not None else None,
        reread=classifier is not None,
    )
    now = datetime.now(UTC)
    with _service(classifier=classifier) as service:
        report = service.replays.replay(community, proposal, now, now - timedelta(days=days), 100_000)
    print(shown.replayed(report, (datetime.now(UTC) - now).total_seconds()).model_dump_json(indent=1))


def learn(
    community: Annotated[str, typer.Argument(help="Whose decisions.")],
    keep: Annotated[bool, typer.Option("--keep", help="Put it in force where it proves better.")] = False,
    days: Annotated[int, typer.Option(min=1, max=3650)] = 365,
) -> None:
    """Refit a community's calibration on its decisions and report how it does on decisions held back."""
    with _service() as service:
        since = datetime.now(UTC) - timedelta(days=days)
        lesson = service.learning.learn(community, since, "command line", keep=keep)
    for label in lesson.report["labels"]:
        print(
            f"{label['label']:10} {label['outcome']:16} decided {label['decided']:5} held back {label['held_back']:5} "
            f"log loss {label['before']['log_loss']} -> {label['after']['log_loss']}"
        )
    if not lesson.report["labels"]:
        print("Nothing to learn from: no decided message was flagged by the model that runs.")
    print(f"In force: {'the model as it is' if lesson.version is None else f'calibration {lesson.version}'}.")


@contextmanager
def _service(**overrides: Any) -> Iterator[Service]:
    from api.commands.common import settings
    from api.wiring import build
    from copilot.adapters.sql import upgrade

    chosen = settings(**overrides)
    upgrade(chosen.database_url)
    with build(chosen) as built:
        yield built.service


def _json(file: Path) -> Any:
    from copilot.errors import InvalidInput

    try:
        return json.loads(file.read_text("utf-8-sig"))
    except ValueError as error:
        raise InvalidInput(f"{file} is not valid JSON: {error}") from None
