"""`community-copilot library`: shared libraries of known rumours and schemes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from copilot.service.libraries import KnownText

app = typer.Typer(no_args_is_help=True, help="Shared libraries of known rumours and schemes.")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Name that communities subscribe to, such as rumors.")],
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSONL: text, labels (none: harmless), reason.")
    ],
) -> None:
    """Add known texts to a library; texts it has already stay as they are."""
    from api.commands.common import open_store
    from copilot.service.libraries import Libraries

    with open_store() as store:
        added = Libraries(store).add(name, _known(file))
    print(f"{added} texts were new. Subscribe a community: PATCH /v1/communities/ID with libraries [{name!r}].")


def _known(file: Path) -> Iterator[KnownText]:
    from copilot.errors import InvalidInput
    from copilot.service.libraries import KnownText
    from copilot.types import Label

    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            labels = tuple(Label(label) for label in row.get("labels", ()))
            if not isinstance(row["text"], str) or not row["text"].strip():
                raise ValueError("no text")
            yield KnownText(row["text"], labels, str(row.get("reason", "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"{file}, line {number}: {error}") from None
