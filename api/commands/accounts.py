"""`community-copilot accounts`: who may sign in to the console, and what they may do where."""

from __future__ import annotations

import getpass
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.common import open_engine
from copilot.people import Role

if TYPE_CHECKING:
    from copilot.adapters.sql import Accounts

app = typer.Typer(no_args_is_help=True, help="Make, list and change the console's accounts.")

Name = Annotated[str, typer.Argument(help="The account's name.")]
Piped = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command("create")
def create(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="An owner of every community.")] = False,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    piped: Piped = False,
) -> None:
    """Make an account; without --password-stdin a password is made and shown, once."""
    from api.console.words import LANGUAGES
    from copilot.errors import InvalidInput

    if language not in LANGUAGES:
        raise InvalidInput(f"the language is one of {', '.join(LANGUAGES)}", param="language")
    password = _read() if piped else secrets.token_urlsafe(12)
    with _accounts() as accounts:
        accounts.create(name, password, admin=admin, language=language, actor=_operator())
    print(f"{name} may sign in." if piped else f"{name} may sign in with the password {password}")


@app.command("list")
def list_accounts() -> None:
    """List the accounts and their roles."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("name", "roles", "state")
    with _accounts() as accounts:
        for account in accounts.all():
            roles = "admin" if account.admin else ", ".join(f"{c}: {role.value}" for c, role in account.roles.items())
            table.add_row(escape(account.name), escape(roles), "disabled" if account.disabled else "valid")
    Console().print(table)


@app.command("appoint")
def appoint(
    name: Name,
    community: Annotated[str, typer.Argument(help="Where.")],
    role: Annotated[Role | None, typer.Argument(help="As what; leave it out to take the role away.")] = None,
) -> None:
    """Give somebody a role in a community, or take it."""
    from copilot.adapters.sql import SqlStore

    with open_engine() as engine, SqlStore(engine).begin() as unit:
        unit.communities.get(community)
    with _accounts() as accounts:
        accounts.appoint(accounts.named(name).id, community, role, _operator())
    print(f"{name} is {role.value} of {community}." if role else f"{name} has no role in {community} any more.")


@app.command("password")
def set_password(name: Name, piped: Piped = False) -> None:
    """Set a new password and end all sessions."""
    password = _read() if piped else secrets.token_urlsafe(12)
    with _accounts() as accounts:
        accounts.set_password(accounts.named(name).id, password, _operator())
    print("The password is changed." if piped else f"The new password of {name} is {password}")


@app.command("disable")
def disable(name: Name, undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False) -> None:
    """Keep somebody out, at once."""
    with _accounts() as accounts:
        accounts.disable(accounts.named(name).id, disabled=not undo, actor=_operator())
    print(f"{name} may sign in again." if undo else f"{name} is kept out.")


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _operator() -> str:
    """Who types the command, as the audit log names them."""
    return f"system:{getpass.getuser()}"


@contextmanager
def _accounts() -> Iterator[Accounts]:
    from copilot.adapters.sql import Accounts

    with open_engine() as engine:
        yield Accounts(engine)
