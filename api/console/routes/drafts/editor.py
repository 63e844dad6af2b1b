"""One draft: its text with the sources of every sentence, what the gate says, and what happens to it next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.routes.drafts.desk import Form, back, content_of, local_time, mine, show, zone_of
from copilot.drafting.editing import HARD
from copilot.drafting.fitting import CHANNELS, channel_named
from copilot.drafting.gate import WHOLE, Violation
from copilot.drafting.state import EDITABLE, NEXT, DraftState, KeptDraft
from copilot.drafting.types import Draft, Fact, Tone
from copilot.errors import InvalidInput

router = APIRouter(prefix="/c/{community}/drafts/{draft_id}")

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence with the places of its sources in the list beside it."""

    text: str
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with what is held against it."""

    parts: tuple[Part, ...]
    objections: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A draft ready to be shown. `sources` are the facts that its sentences cite, in order of first use."""

    lines: tuple[ShownLine, ...]
    sources: tuple[Fact, ...]
    whole: tuple[Violation, ...]
    size: int
    limit: int
    unit: str
    hard: bool


def sheet(kept: KeptDraft) -> Sheet:
    """Return what there is to see of a draft."""
    draft, channel = kept.draft, channel_named(kept.channel)
    sources = _sources(draft)
    places = {fact.id: place for place, fact in enumerate(sources, 1)}
    lines = tuple(
        ShownLine(
            tuple(Part(s.text, tuple(places[f] for f in s.facts if f in places)) for s in line.sentences),
            tuple(v for v in kept.objections if v.line == number),
        )
        for number, line in enumerate(draft.lines)
    )
    return Sheet(
        lines,
        sources,
        tuple(v for v in kept.objections if v.line == WHOLE),
        channel.size(draft.text),
        channel.limit,
        channel.unit.value,
        any(v.kind in HARD for v in kept.objections),
    )


def _sources(draft: Draft) -> tuple[Fact, ...]:
    facts = {fact.id: fact for fact in draft.facts}
    cited = dict.fromkeys(f for line in draft.lines for s in line.sentences for f in s.facts)
    return tuple(facts[f] for f in cited if f in facts and facts[f].text)


def _found(request: Request, visit: Visit, draft_id: int) -> KeptDraft:
    kept = content_of(request).drafts.get(draft_id)
    mine(visit, kept.draft.community)
    return kept


@router.get("")
def show_draft(request: Request, visit: Operator, draft_id: Number) -> Response:
    """The editor."""
    return _page(request, visit, _found(request, visit, draft_id))


def _page(
    request: Request, visit: Visit, kept: KeptDraft, status: int = 200, problem: str = "", text: str | None = None
) -> Response:
    content = content_of(request)
    slot = kept.publish_at or datetime.now(zone_of(visit)) + timedelta(hours=1)
    return show(
        request,
        visit,
        "editor.html",
        status,
        kept=kept,
        sheet=sheet(kept),
        typed=kept.draft.text if text is None else text,
        revisions=content.drafts.revisions(kept.id),
        attempts=content.drafts.attempts(kept.id),
        did=content.drafts.performances([kept.id]).get(kept.id),
        destinations=content.setup.settings(visit.community.id).destinations,
        channels=tuple(CHANNELS),
        tones=tuple(Tone),
        editable=kept.state in EDITABLE,
        can={state.value for state in NEXT[kept.state]},
        slot=slot.astimezone(zone_of(visit)).strftime("%Y-%m-%dT%H:%M"),
        problem=problem,
    )


@router.post("/check")
def check_text(request: Request, visit: Operator, draft_id: Number, form: Form) -> Response:
    """What the gate says of the text as it stands in the editor; nothing is kept."""
    kept = _found(request, visit, draft_id)
    try:
        kept = content_of(request).drafts.tried(kept.id, form.text("text"), form.text("channel"), visit.actor)
    except InvalidInput as error:
        return show(request, visit, "checked.html", kept=kept, sheet=sheet(kept), problem=error.param or "text")
    return show(request, visit, "checked.html", kept=kept, sheet=sheet(kept))


@router.post("/edit")
def edit(request: Request, visit: Operator, draft_id: Number, form: Form) -> Response:
    """Keep the text."""
    kept = _found(request, visit, draft_id)
    version = form.whole("version", 1, 2**31 - 1, 0)
    try:
        content_of(request).drafts.edit(
            draft_id,
            version,
            visit.actor,
            text=form.text("text"),
            channel=form.text("channel"),
            destination=form.text("destination"),
        )
    except InvalidInput as error:
        return _page(request, visit, kept, 400, error.param or "text", form.text("text"))
    return back(visit, f"/{draft_id}")


@router.post("/rewrite")
def rewrite(request: Request, visit: Operator, draft_id: Number, form: Form) -> Response:
    """Write it anew."""
    kept = _found(request, visit, draft_id)
    tone = form.text("tone")
    length = form.text("length")
    try:
        content_of(request).drafts.rewrite(
            draft_id,
            form.whole("version", 1, 2**31 - 1, 0),
            visit.actor,
            tone=Tone(tone) if tone in list(Tone) else None,
            language=form.text("language") if form.text("language") in ("zh", "en") else "",
            length=int(length) if length.isdecimal() and len(length) < 6 else None,
        )
    except InvalidInput as error:
        return _page(request, visit, kept, 400, error.param or "text")
    return back(visit, f"/{draft_id}")


@router.post("/{step}")
def take_step(
    request: Request,
    visit: Operator,
    draft_id: Number,
    step: Annotated[str, Path(pattern="^(approve|schedule|unschedule|publish|cancel|posted|not_posted|perform)$")],
    form: Form,
) -> Response:
    """Approve, schedule, publish, throw away, or say what became of it."""
    kept = _found(request, visit, draft_id)
    try:
        _step(request, visit, draft_id, step, form)
    except InvalidInput as error:
        return _page(request, visit, kept, 400, error.param or "text")
    return back(visit, f"/{draft_id}" if step != "cancel" else "")


def _step(request: Request, visit: Visit, draft_id: int, step: str, form: Form) -> None:
    content, actor = content_of(request), visit.actor
    version, reason = form.whole("version", 1, 2**31 - 1, 0), form.text("reason")
    match step:
        case "approve":
            content.drafts.approve(draft_id, version, actor, reason)
        case "schedule":
            content.drafts.schedule(draft_id, version, actor, local_time(form.text("at"), visit))
        case "unschedule":
            content.drafts.unschedule(draft_id, version, actor)
        case "publish":
            content.publishing.publish(draft_id, version, actor)
        case "cancel":
            content.drafts.cancel(draft_id, version, actor, reason)
        case "perform":
            people = form.text("participants")
            participants = int(people) if people.isdecimal() and len(people) < 8 else None
            content.drafts.perform(draft_id, form.whole("replies", 0, 10**6, 0), participants, actor)
        case _:
            said = DraftState.PUBLISHED if step == "posted" else DraftState.FAILED
            content.publishing.settle(draft_id, version, said, actor, reason)


@router.get("/compare/{number}")
def compare(
    request: Request, visit: Operator, draft_id: Number, number: Annotated[int, Path(ge=1, le=10**6)]
) -> Response:
    """The text before and now, side by side in one."""
    kept = _found(request, visit, draft_id)
    earlier = next((r for r in content_of(request).drafts.revisions(draft_id) if r.number == number), None)
    old = earlier.draft.text if earlier else ""
    return show(request, visit, "compared.html", pieces=compared(old, kept.draft.text), earlier=earlier)


def compared(old: str, new: str) -> Sequence[tuple[str, str]]:
    """Return runs of text as ("same" | "gone" | "new", run)."""
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", old[a:b]))
            continue
        found += [("gone", old[a:b])] if b > a else []
        found += [("new", new[c:d])] if d > c else []
    return found
