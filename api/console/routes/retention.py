"""How long messages are kept, erasing a member, and looking at personal data that pages hide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from api.console import numbers
from api.console.deeds import Teller
from api.console.guard import Moderator, Owner, Visit
from api.console.page import language_of, page
from api.console.routes.settings.forms import show
from api.console.words import say
from api.pieces import pieces_of
from copilot.errors import Conflict, InvalidInput
from copilot.policy.retention import Retention
from copilot.service.erasure import Erased

router = APIRouter(prefix="/c/{community}")

_RUNS_FOR = timedelta(minutes=15)
"""How long an erasure without an end may be taken for one that runs."""


@router.get("/settings/retention")
def show_retention(request: Request, visit: Owner) -> Response:
    """The settings, the form to erase a member, and what was erased."""
    return _page(request, visit)


@router.post("/settings/retention")
def set_retention(
    request: Request,
    visit: Owner,
    limited: Annotated[str, Form()] = "",
    days: Annotated[str, Form(max_length=10)] = "",
    keep_decided: Annotated[str, Form()] = "",
    seen: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Set how long messages are kept."""
    eraser, language = pieces_of(request).service.eraser, language_of(request)
    try:
        number = int(days) if days.strip().isascii() and days.strip().isdecimal() else 0
        chosen = Retention(number if limited == "yes" else None, keep_decided == "yes")
    except InvalidInput:
        return _page(request, visit, 400, problem=say(language, "retention.days.wrong"), typed=days)
    try:
        eraser.keep_for(visit.community.id, chosen, visit.actor, _seen(seen))
    except Conflict:
        return _page(request, visit, 409, problem=say(language, "retention.changed"))
    return _page(request, visit, note=say(language, "retention.saved"))


@router.post("/settings/retention/run")
def run_retention(request: Request, visit: Owner) -> Response:
    """Erase what is past its time now, rather than tonight."""
    erased = pieces_of(request).service.eraser.old(visit.community.id, datetime.now(UTC), visit.actor)
    key, count = ("retention.busy", 0) if erased is None else ("retention.ran", erased.messages)
    return _page(request, visit, note=say(language_of(request), key, count=numbers.count(count)))


@router.post("/settings/retention/member")
def erase_member(
    request: Request,
    visit: Owner,
    member: Annotated[str, Form(max_length=500)] = "",
    aliases: Annotated[str, Form(max_length=5_000)] = "",
    confirm: Annotated[str | None, Form(max_length=500)] = None,
) -> Response:
    """First say how much there is by this name; with the name typed once more, erase it."""
    eraser, language = pieces_of(request).service.eraser, language_of(request)
    names = [member, *(name.strip() for name in aliases.splitlines())]
    if not member.strip():
        return _page(request, visit, 400, erase_problem=say(language, "erase.empty"))
    try:
        found = eraser.count(visit.community.id, names)
        if confirm is None:
            return _page(request, visit, member=member, aliases=aliases, found=found)
        if confirm != member:
            problem = say(language, "erase.mismatch")
            return _page(request, visit, 400, member=member, aliases=aliases, found=found, erase_problem=problem)
        erased = eraser.member(visit.community.id, names, visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, erase_problem=error.message)
    return _page(request, visit, erased=_told(erased, language))


@router.post("/cases/{case_id}/reveal")
def reveal(request: Request, visit: Moderator, case_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
    """Return the text of a case with the personal data in it; that somebody looked is kept."""
    case = pieces_of(request).service.review.reveal(visit.community.id, case_id, visit.actor)
    fragment = "hx-request" in request.headers
    return page(request, "parts/revealed.html" if fragment else "parts/revealed_page.html", case=case)


def _told(erased: Erased, language: str) -> tuple[str, str]:
    tell = Teller(language)
    places = [
        say(language, "erase.place", place=tell.field(name), count=numbers.count(count))
        for name, count in erased.places.items()
        if count
    ]
    joined = ("、" if language == "zh" else ", ").join(places) or say(language, "common.none")
    left = erased.scrubbed.advice or "clean"
    return say(language, "erase.done", places=joined), say(language, f"erase.{left}")


def _seen(text: str) -> Retention | None:
    days, _, kept = text.partition(",")
    if not kept:
        return None
    return Retention(int(days) if days.isascii() and days.isdecimal() else None, kept == "True")


def _page(request: Request, visit: Visit, status: int = 200, **context: object) -> Response:
    eraser, now = pieces_of(request).service.eraser, datetime.now(UTC)
    chosen = eraser.retention(visit.community.id)
    shown = {"note": "", "problem": "", "typed": None, "member": "", "aliases": "", "found": None}
    return show(
        request,
        visit,
        "retention",
        "retention",
        status,
        **{**shown, "erase_problem": "", "erased": None, **context},
        chosen=chosen,
        due=eraser.due(visit.community.id, chosen, now),
        records=eraser.records(visit.community.id),
        tell=Teller(language_of(request)),
        running_since=now - _RUNS_FOR,
        numbers=numbers,
    )
