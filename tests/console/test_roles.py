"""Every route of the console asks for a role, and gives nothing to whoever has less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.console.guard import needs_admin, signed_in
from api.console.routes import ROUTERS
from copilot.people import Role

OPEN = {"/sign-in", "/oidc", "/oidc/return"}
"""What somebody may see who has not signed in."""

FOR_EVERYBODY = {"/", "/account", "/account/password", "/sign-out", "/language"}
"""What anybody may who has signed in."""


def _calls(dependant: Any) -> Iterator[Any]:
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)


def _routes() -> Iterator[tuple[str, str, list[Any]]]:
    for router in ROUTERS:
        for route in router.routes:
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path, list(_calls(route.dependant))


ROUTES = list(_routes())
GUARDED = [(method, path, call.needs) for method, path, calls in ROUTES for call in calls if hasattr(call, "needs")]
ADMIN = [(method, path) for method, path, calls in ROUTES if needs_admin in calls]


def _address(path: str) -> str:
    """The path with something for each parameter; the community is real, the rest need not be."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: "demo" if found[1] == "community" else "1", path)


def _request(console: Any, method: str, path: str) -> Any:
    headers = {"X-CSRF-Token": console.csrf}
    return console.client.request(method, f"/console{_address(path)}", headers=headers, follow_redirects=False)


def test_every_route_is_guarded():
    for method, path, calls in ROUTES:
        if path in OPEN:
            continue
        assert signed_in in calls, f"{method} {path} is open to everybody"
        if path not in FOR_EVERYBODY:
            guarded = any(hasattr(call, "needs") for call in calls) or needs_admin in calls
            assert guarded, f"{method} {path} asks for no role"
            assert ("{community}" in path) or needs_admin in calls


def test_a_page_that_changes_something_is_not_fetched_with_get():
    assert all(method in ("GET", "POST", "DELETE", "PUT") for method, _, _ in ROUTES)


@pytest.mark.parametrize("role", [None, *Role])
def test_who_has_less_than_a_route_needs_is_refused(make_console, role, service):
    console = make_console(Role.VIEWER, "某人")
    accounts = console.accounts
    accounts.appoint(accounts.named("某人").id, "demo", role)
    for method, path, needed in GUARDED:
        status = _request(console, method, path).status_code
        if role is None:
            assert status == 404, f"{method} {path} shows itself to a stranger"
        elif not role.includes(needed):
            assert status == 403, f"{method} {path} answers {status} to a {role.value}, it needs {needed.value}"
        else:
            assert status not in (401, 403), f"{method} {path} refuses a {role.value}"
    for method, path in ADMIN:
        assert _request(console, method, path).status_code == 403, f"{method} {path} is for admins"


def test_who_has_not_signed_in_is_sent_to_the_form(make_console):
    console = make_console(None)
    for method, path, _ in ROUTES:
        if path not in OPEN:
            answer = _request(console, method, path)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/console/sign-in"), path


def test_a_change_without_the_token_is_refused_on_every_route(make_console):
    console = make_console(Role.OWNER, admin=True)
    console.csrf = "wrong"
    for method, path, _ in ROUTES:
        if method != "GET" and path not in OPEN:
            assert _request(console, method, path).status_code == 403, f"{method} {path} takes a forged form"
