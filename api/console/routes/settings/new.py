"""Setting up a community: its id and name, what kind of group it is, what it is about, and rules to begin with."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.console import starters
from api.console.guard import Admin
from api.console.page import language_of, page
from api.console.routes.settings.forms import Form, Problems
from api.pieces import pieces_of
from copilot.errors import Conflict
from copilot.rules import check_rules, read_rules
from copilot.types import LIBRARY, Community

router = APIRouter(prefix="/communities/new")

_ID = re.compile(r"[A-Za-z0-9_@:+=-][A-Za-z0-9_.@:+=-]{0,127}")
_LONGEST_NAME, _LONGEST_THEME, _LONGEST_RULES = 100, 2000, 20_000
_FIELDS = ("id", "name", "theme", "starter", "rules")


@router.get("")
def show_new(request: Request, _admin: Admin) -> Response:
    """The form; with a starter set its rules."""
    values = dict.fromkeys(_FIELDS, "") | {"commerce": False}
    return _page(request, values, Problems(language_of(request)))


@router.post("/rules")
def show_starter(request: Request, _admin: Admin, form: Form) -> Response:
    """The rules of the kind of group that was chosen."""
    chosen = form.text("starter")
    text = starters.text(chosen) if chosen in starters.names() else ""
    return page(request, "settings/new_rules.html", rules=text, problems=Problems(language_of(request)), **_count(text))


@router.post("")
def add_community(request: Request, admin: Admin, form: Form) -> Response:
    """Set it up and go to its settings."""
    values: dict[str, Any] = {name: form.text(name) for name in _FIELDS} | {"commerce": form.ticked("commerce")}
    problems = Problems(language_of(request))
    _check(values, problems)
    if problems:
        return _page(request, values, problems, 400)
    community = Community(
        values["id"].strip(),
        values["name"].strip(),
        values["theme"].strip(),
        rules=values["rules"],
        commerce=values["commerce"],
    )
    try:
        pieces_of(request).service.add_community(community, admin.name)
    except Conflict:
        problems.add("id", "settings.new.taken")
        return _page(request, values, problems, 409)
    return RedirectResponse(f"/console/c/{quote(community.id)}/settings/rules?done=added", 303)


def _check(values: dict[str, Any], problems: Problems) -> None:
    if not _ID.fullmatch(values["id"].strip()) or values["id"].strip().startswith(LIBRARY):
        problems.add("id", "settings.new.id_wrong")
    if not 1 <= len(values["name"].strip()) <= _LONGEST_NAME:
        problems.add("name", "settings.basics.name_wrong", most=_LONGEST_NAME)
    if len(values["theme"].strip()) > _LONGEST_THEME:
        problems.add("theme", "settings.basics.theme_wrong", most=_LONGEST_THEME, length=len(values["theme"].strip()))
    if len(values["rules"]) > _LONGEST_RULES:
        problems.add("rules", "settings.rules.too_long", most=_LONGEST_RULES, length=len(values["rules"]))


def _count(text: str) -> dict[str, int]:
    rules = read_rules(text)
    return {"clauses": len(rules.clauses), "findings": len(check_rules(rules))}


def _page(request: Request, values: dict[str, Any], problems: Problems, status: int = 200) -> Response:
    return page(
        request,
        "settings/new.html",
        status,
        values=values,
        problems=problems,
        starters=starters.titles(),
        rules=values["rules"],
        **_count(values["rules"]),
    )
