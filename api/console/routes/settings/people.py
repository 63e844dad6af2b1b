"""The people of a community: who may do what in it. For owners."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.console.guard import Owner, Visit
from api.console.page import language_of
from api.console.routes.settings.forms import Form, Problems, Typed, back, show
from api.pieces import pieces_of
from copilot.adapters.sql import Member, People
from copilot.errors import Conflict, InvalidInput, NotFound
from copilot.people import Role

router = APIRouter(prefix="/c/{community}/settings/people")

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("")
def show_people(request: Request, visit: Owner) -> Response:
    """Everybody with a role here."""
    return _page(request, visit)


@router.post("")
def add_member(request: Request, visit: Owner, form: Form) -> Response:
    """Give an account a role, or make one and show its password, once."""
    problems, name = Problems(language_of(request)), form.text("name").strip()
    role, people = _role(form), People(pieces_of(request).accounts)
    typed = {"name": name, "role": role.value, "how": form.text("how")}
    try:
        if form.text("how") == "new":
            member, password = people.create(visit.community.id, name, role, visit.actor, language_of(request))
            return _page(request, visit, made=member, password=password)
        people.add(visit.community.id, name, role, visit.actor)
        return back(visit, "people", "added")
    except NotFound:
        problems.add("name", "settings.people.unknown")
    except InvalidInput:
        problems.add("name", "settings.people.name_wrong")
    except Conflict:
        taken = form.text("how") == "new"
        problems.add("name", "settings.people.taken" if taken else "settings.people.already")
    return _page(request, visit, 400, problems=problems, typed=typed)


@router.post("/{number}")
def change_member(number: Number, request: Request, visit: Owner, form: Form) -> Response:
    """Change a role, or take it; one's own only after being asked again."""
    role = None if form.text("role") == "remove" else _role(form)
    problems = Problems(language_of(request))
    own = number == visit.account.id
    if own and role is not Role.OWNER and form.text("sure") != visit.account.name:
        problems.add("people", "settings.people.own")
        return _page(request, visit, 400, problems=problems, asked=number, wanted=form.text("role"))
    try:
        seen = Role(form.text("seen"))
        People(pieces_of(request).accounts).change(visit.community.id, number, role, visit.actor, seen=seen)
    except Conflict as error:
        problems.add("people", "settings.people.last" if error.param == "role" else "settings.people.meanwhile")
        return _page(request, visit, 409, problems=problems)
    except (ValueError, NotFound):
        problems.add("people", "settings.people.meanwhile")
        return _page(request, visit, 409, problems=problems)
    if own and role is not Role.OWNER and not visit.account.admin:
        return RedirectResponse("/console", 303)
    return back(visit, "people", "removed" if role is None else "changed")


def _role(form: Typed) -> Role:
    try:
        return Role(form.text("role"))
    except ValueError:
        raise InvalidInput("there is no such role", param="role") from None


def _page(request: Request, visit: Visit, status: int = 200, /, **context: Any) -> Response:
    members: list[Member] = People(pieces_of(request).accounts).of(visit.community.id)
    found = {"made": None, "password": "", "asked": 0, "wanted": "", "typed": _FRESH, **context}
    return show(request, visit, "people", "people", status, members=members, roles=tuple(Role), **found)


_FRESH = {"name": "", "role": Role.MODERATOR.value, "how": "known"}
