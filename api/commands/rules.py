"""`community-copilot rules`: read a community's rules before they are uploaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from copilot.types import Clause, Window

app = typer.Typer(no_args_is_help=True, help="Rules in the community's own words.")

_WEEKDAYS = "一二三四五六日"


@app.callback()
def group() -> None:
    """Keep `check` a command of its own."""


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Plain text or Markdown.")],
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of the findings.")] = "zh",
) -> None:
    """Show how rules are read, what is missing and what is to be confirmed; exit 3 where there is something."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Column, Table

    from copilot.errors import InvalidInput
    from copilot.rules import check_rules, read_rules

    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{file} is not UTF-8") from None
    rules = read_rules(text)
    wrapped = (Column(title, overflow="fold") for title in ("clause", "when, who, what"))
    table = Table("no.", next(wrapped), "does", "labels", "measure", next(wrapped), Column("sure", justify="right"))
    for clause in rules.clauses:
        table.add_row(
            str(clause.number),
            escape(clause.text),
            clause.kind.value,
            " ".join(clause.labels),
            clause.measure.value,
            escape(_conditions(clause)),
            f"{clause.confidence:.0%}",
        )
    console = Console()
    console.print(table)
    findings = check_rules(rules)
    for finding in findings:
        console.print(f"{finding.kind.value}: {finding.reason.en if lang == 'en' else finding.reason.zh}", markup=False)
    if findings:
        raise typer.Exit(3)


def _conditions(clause: Clause) -> str:
    windows = [_window(window) for window in clause.windows]
    return " · ".join(
        part for part in ("; ".join(windows), "、".join(clause.roles), "、".join(clause.keywords)) if part
    )


def _window(window: Window) -> str:
    days = "周" + "".join(_WEEKDAYS[day - 1] for day in window.weekdays) if window.weekdays else ""
    hours = f"{window.start:%H:%M}" if window.start else ""
    until = f"{window.end:%H:%M}" if window.end else ""
    return " ".join(part for part in (days, f"{hours}-{until}" if hours or until else "") if part)
