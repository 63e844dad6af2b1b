"""Have a draft written: at once where nothing needs to be said, with a form for notices and clarifications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.console.guard import Operator, Visit
from api.console.routes.drafts.desk import Form, back, content_of, show, zone_of
from copilot.drafting.clarification import Truth
from copilot.drafting.state import Brief
from copilot.drafting.types import Kind
from copilot.errors import InvalidInput

router = APIRouter(prefix="/c/{community}/drafts/new")

_DECIDED = timedelta(days=14)


@router.post("/briefing")
def new_briefing(request: Request, visit: Operator, form: Form) -> Response:
    """Tell of yesterday, or, for tomorrow's, of today."""
    on = datetime.now(UTC).astimezone(zone_of(visit)).date()
    on += timedelta(days=1) if form.ticked("tomorrow") else timedelta(0)
    kept = content_of(request).drafts.write(Brief(Kind.BRIEFING, visit.community.id, on), visit.actor)
    return back(visit, f"/{kept.id}")


@router.post("/topics")
def new_topic(request: Request, visit: Operator) -> Response:
    """Ask something."""
    try:
        kept = content_of(request).drafts.write(Brief(Kind.TOPICS, visit.community.id), visit.actor)
    except InvalidInput:
        return show(request, visit, "no_topic.html", 400)
    return back(visit, f"/{kept.id}")


@router.post("/welcome")
def new_welcome(request: Request, visit: Operator) -> Response:
    """Welcome whoever waits."""
    kept = content_of(request).welcomes.close(community_id=visit.community.id, at_once=True)
    return back(visit, f"/{kept[-1].id}" if kept else "")


@router.get("/{kind}")
def show_form(
    request: Request,
    visit: Operator,
    kind: Annotated[str, Path(pattern="^(notice|clarification)$")],
    case: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """The form for what has to be said."""
    return _form(request, visit, kind, {"case": str(case) if case else ""})


def _form(
    request: Request, visit: Visit, kind: str, values: dict[str, str], status: int = 200, problem: str = ""
) -> Response:
    decided = content_of(request).drafts.decided(visit.community.id, datetime.now(UTC) - _DECIDED)
    ticked = {values.get("case", "")} | set(values.get("cases", "").split(","))
    return show(
        request,
        visit,
        f"{kind}.html",
        status,
        decided=decided,
        values={"about": "", "truth": "", "found": "", "source": "", "source_url": "", "appeal_url": ""} | values,
        ticked=ticked,
        truths=tuple(Truth),
        problem=problem,
    )


@router.post("/notice")
def new_notice(request: Request, visit: Operator, form: Form) -> Response:
    """Tell a member what was decided."""
    cases = tuple(dict.fromkeys(int(n) for n in form.many("cases") if n.isdecimal() and len(n) < 19))
    brief = Brief(Kind.NOTICE, visit.community.id, cases=cases, appeal_url=form.text("appeal_url"))
    try:
        kept = content_of(request).drafts.write(brief, visit.actor)
    except InvalidInput as error:
        values = {"cases": ",".join(map(str, cases)), "appeal_url": form.text("appeal_url")}
        return _form(request, visit, "notice", values, 400, error.param or "rulings")
    return back(visit, f"/{kept.id}")


@router.post("/clarification")
def new_clarification(request: Request, visit: Operator, form: Form) -> Response:
    """Say what came of checking."""
    values = {name: form.text(name) for name in ("about", "truth", "found", "source", "source_url", "case")}
    case = values["case"]
    cases = (int(case),) if case.isdecimal() and len(case) < 19 else ()
    try:
        brief = Brief(
            Kind.CLARIFICATION,
            visit.community.id,
            cases=cases,
            about=values["about"],
            truth=values["truth"],
            found=values["found"],
            source=values["source"],
            source_url=values["source_url"],
        )
        kept = content_of(request).drafts.write(brief, visit.actor)
    except InvalidInput as error:
        return _form(request, visit, "clarification", values, 400, error.param or "about")
    return back(visit, f"/{kept.id}")
