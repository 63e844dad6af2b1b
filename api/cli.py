"""The command line: `community-copilot serve`, `keys`, `db`, `check`, `classify` and friends."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from api.commands import accounts, audit, changes, erase, library, retention, rules
from api.commands.common import settings

if TYPE_CHECKING:
    from api.settings import Settings
    from copilot.adapters.sql import KeyRing

# Everything else is imported inside the commands, so that `--help` and `version` are instant.

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Moderation for online communities.",
)
keys_app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
db_app = typer.Typer(no_args_is_help=True, help="Look after the database.")
app.add_typer(keys_app, name="keys")
app.add_typer(db_app, name="db")
app.add_typer(accounts.app, name="accounts")
app.add_typer(library.app, name="library")
app.add_typer(rules.app, name="rules")
app.command("replay")(changes.replay)
app.command("learn")(changes.learn)
app.command("erase")(erase.erase)
app.add_typer(audit.app, name="audit")
app.add_typer(retention.app, name="retention")


def main() -> None:
    """Run a command; every expected error becomes one sentence and exit status 1."""
    from copilot.errors import CopilotError

    try:
        app()
    except CopilotError as error:
        _fail(error.message)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 picks a free one.")] = None,
) -> None:
    """Start the HTTP service; the first time, make a demo community and a key."""
    from api import server

    server.run(settings(host=host, port=port))


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    scopes: Annotated[str, typer.Option(help="classify, moderate, operate, admin.")] = "classify",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the key only.")] = False,
) -> None:
    """Make a key and show it, once."""
    from api.security import checked_scopes

    if not name.strip():
        _fail("give the key a name: whose is it?")
    wanted = checked_scopes(scopes.split(","))
    plain = _keyring(settings()).create(name, wanted)
    print(plain if quiet else f"{plain}\nKeep it well: it is not shown again.")


@keys_app.command("list")
def list_keys() -> None:
    """List the keys; what is kept of them cannot be used."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("id", "name", "scopes", "created", "last used", "state")
    for key in _keyring(settings()).list():
        table.add_row(
            str(key.id),
            escape(key.name),
            ",".join(key.scopes),
            f"{key.created_at:%Y-%m-%d %H:%M}Z",
            f"{key.last_used_at:%Y-%m-%d %H:%M}Z" if key.last_used_at else "never",
            "revoked" if key.revoked_at else "valid",
        )
    Console().print(table)


@keys_app.command("revoke")
def revoke_key(
    key_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The id that `keys list` shows.")],
) -> None:
    """Make a key worthless at once."""
    _keyring(settings()).revoke(key_id)
    print(f"Key {key_id} is revoked.")


@db_app.command("upgrade")
def upgrade_database() -> None:
    """Create the tables or bring them up to date."""
    from copilot.adapters.sql import upgrade

    upgrade(settings().database_url)
    print("The database is up to date.")


@db_app.command("scrub")
def scrub_database() -> None:
    """Write the database anew, so that nothing that was deleted is left in its files."""
    from api.commands.common import open_store
    from api.commands.erase import told

    with open_store() as store:
        print(told(store.scrub(rebuild=True)))


@app.command()
def config() -> None:
    """Show the settings in force, without passwords, and how to change them."""
    from api.settings import DEFAULT_FILE

    for name, value in settings().redacted().items():
        print(f"{name} = {_toml(value)}")
    print(f"\n# Change them in {DEFAULT_FILE}, in the file COPILOT_CONFIG names, or by COPILOT_<NAME>.")


@app.command()
def check() -> None:
    """Send a harmless test message through the whole pipeline; exit 0 where all is well."""
    from api import selfcheck

    problems = selfcheck.problems(settings())
    for problem in problems:
        print(f"FAILED  {problem}", file=sys.stderr)
    if problems:
        raise typer.Exit(1)
    print("All is well: database, model and pipeline work.")


@app.command()
def version() -> None:
    """Print the version."""
    from copilot import __version__

    print(__version__)


@app.command(
    "classify",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def classify(context: typer.Context) -> None:
    """Judge a file of messages. Options: `classify --help`."""
    from api.bulk import classify as bulk

    command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    command.command()(bulk)
    command(args=context.args, prog_name="community-copilot classify")


def _keyring(chosen: Settings) -> KeyRing:
    from copilot.adapters.sql import KeyRing, connect, upgrade

    upgrade(chosen.database_url)
    return KeyRing(connect(chosen.database_url))


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'


def _fail(message: str) -> NoReturn:
    print(f"community-copilot: {message}", file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    main()
