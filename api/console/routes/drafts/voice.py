"""How a community speaks, where its drafts go, and what may go out by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.console.guard import Operator, Owner, Visit
from api.console.routes.drafts.desk import Form, back, content_of, show
from copilot.drafting.fitting import CHANNELS
from copilot.drafting.types import Kind, Tone
from copilot.drafting.voice import Emoji, Numbering
from copilot.errors import InvalidInput
from copilot.ports import Destination
from copilot.ports.content import ContentSettings
from copilot.service.content.collecting import voice_of
from copilot.service.content.setup import BY_ITSELF

router = APIRouter(prefix="/c/{community}/drafts/voice")

_BETWEEN = "\n---\n"
"""What stands between two example texts in the form."""


@router.get("")
def show_voice(request: Request, visit: Operator) -> Response:
    """The forms."""
    return _page(request, visit)


def _page(
    request: Request, visit: Visit, status: int = 200, problem: str = "", made: Destination | None = None
) -> Response:
    setup = content_of(request).setup
    settings = setup.settings(visit.community.id)
    return show(
        request,
        visit,
        "voice.html",
        status,
        settings=settings,
        voice=voice_of(settings),
        examples=_BETWEEN.join(settings.examples),
        tones=tuple(Tone),
        emoji=tuple(Emoji),
        numberings=tuple(Numbering),
        channels=tuple(CHANNELS),
        ways=setup.kinds_of_destinations,
        kinds=sorted(BY_ITSELF),
        made=made,
        problem=problem,
    )


@router.post("")
def put_voice(request: Request, visit: Operator, form: Form) -> Response:
    """Keep how the community speaks."""
    setup = content_of(request).setup
    try:
        setup.put(visit.community.id, _spoken(setup.settings(visit.community.id), form), visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, error.param or "voice")
    return back(visit, "/voice?done=1")


def _spoken(before: ContentSettings, form: Form) -> ContentSettings:
    try:
        voice = replace(
            voice_of(before),
            tone=Tone(form.text("tone")),
            emoji=Emoji(form.text("emoji")),
            numbering=Numbering(form.text("numbering")),
            length=form.whole("length", 0, 5_000, 0),
            name=form.text("name").strip()[:50],
            title=form.text("title").strip()[:20] or "早报",
        )
    except ValueError:
        raise InvalidInput("this choice does not exist", param="voice") from None
    return replace(
        before,
        voice=voice,
        language=form.text("language"),
        examples=tuple(text.strip() for text in form.text("examples").split(_BETWEEN) if text.strip()),
        signature=form.text("signature").strip(),
        helpers=tuple(line.strip() for line in form.text("helpers").split("\n") if line.strip()),
        ceremony=form.ticked("ceremony"),
        quiet_from=_clock(form.text("quiet_from")),
        quiet_until=_clock(form.text("quiet_until")),
        welcome_minutes=form.whole("welcome_minutes", 1, 1_440, 10),
        welcome_most=form.whole("welcome_most", 1, 50, 20),
        version=form.whole("version", 0, 2**31 - 1, 0),
    )


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("this is no time of day", param="quiet_from") from None


@router.post("/automatic")
def put_automatic(request: Request, visit: Owner, form: Form) -> Response:
    """Say what needs nobody's approval."""
    setup = content_of(request).setup
    chosen = frozenset(Kind(kind) for kind in form.many("automatic") if kind in list(Kind))
    settings = replace(setup.settings(visit.community.id), automatic=chosen)
    try:
        setup.put(visit.community.id, settings, visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, error.param or "automatic")
    return back(visit, "/voice?done=1#automatic")


@router.post("/destinations")
def add_destination(request: Request, visit: Owner, form: Form) -> Response:
    """Add a place where drafts go; its secret is shown this once."""
    new = Destination(
        form.text("name").strip(),
        form.text("kind"),
        form.text("channel"),
        form.text("address").strip(),
        form.text("secret").strip(),
    )
    try:
        made = content_of(request).setup.add_destination(visit.community.id, new, visit.actor)
    except InvalidInput as error:
        return _page(request, visit, 400, error.param or "address")
    return _page(request, visit, made=made)


@router.post("/destinations/{name}/remove")
def remove_destination(
    request: Request, visit: Owner, name: Annotated[str, Path(min_length=1, max_length=50)]
) -> Response:
    """Forget one."""
    content_of(request).setup.remove_destination(visit.community.id, name, visit.actor)
    return back(visit, "/voice?done=1#destinations")
