"""One case: the message, what the machine thought and why, everything that happened, and deciding it anew."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.console import casework
from api.console.guard import Moderator, Viewer, Visit
from api.console.page import language_of, page
from api.console.words import say
from api.errors import status_of
from api.pieces import pieces_of
from api.routes.appeals import appeal_url
from copilot.errors import Conflict, InvalidInput
from copilot.policy.measures import LONGEST_MUTE, OrderState
from copilot.service.appeals import burdens
from copilot.service.dossiers import Dossier
from copilot.service.letters import duration
from copilot.service.notes import LONGEST as LONGEST_NOTE
from copilot.types import LABELS, Assessment, Decision, Label, Measure

router = APIRouter(prefix="/c/{community}/cases/{case_id}")

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("")
def show_case(
    case_id: Number, request: Request, visit: Viewer, again: Annotated[str, Query(max_length=1)] = ""
) -> Response:
    """The whole case; with `again`, what the machine thinks of it now."""
    return _page(request, visit, case_id, now=_judged_again(request, visit, case_id) if again else None)


@router.get("/again")
def judge_again(case_id: Number, request: Request, visit: Viewer) -> Response:
    """What the machine thinks of it now, beside what it thought."""
    dossier = pieces_of(request).service.dossiers.of_case(visit.community.id, case_id)
    return page(request, "case/again.html", **_shown(request, dossier, _judged_again(request, visit, case_id)))


@router.post("/resolution")
def decide(
    case_id: Number,
    request: Request,
    visit: Moderator,
    decision: Annotated[str, Form(max_length=20)] = "",
    labels: Annotated[list[str] | None, Form(max_length=len(LABELS))] = None,
    measure: Annotated[str, Form(max_length=20)] = "",
    minutes: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=4_000)] = "",
    seen: Annotated[int, Form(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """Decide it, or decide it anew."""
    given = {"decision": decision, "labels": labels or [], "measure": measure, "minutes": minutes, "reason": reason}
    pieces_of(request).service.dossiers.of_case(visit.community.id, case_id)
    try:
        chosen = _one_of(Decision, decision, "decision")
        taken = Measure.NONE if chosen is Decision.ALLOW else _one_of(Measure, measure, "measure")
        pieces_of(request).service.review.resolve(
            case_id,
            chosen,
            [] if chosen is Decision.ALLOW else [_one_of(Label, label, "labels") for label in labels or []],
            measure=taken,
            actor=visit.actor,
            reason=reason.strip(),
            seen=seen,
            mute_minutes=_minutes(minutes) if taken is Measure.MUTE else None,
        )
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, case_id, status=status_of(error), problem=_problem(request, error), given=given)
    return _back(visit, case_id)


@router.post("/undo")
def undo(
    case_id: Number,
    request: Request,
    visit: Moderator,
    resolution: Annotated[int, Form(ge=1, le=2**63 - 1)],
) -> Response:
    """Take the decision that stands back, with everything it led to."""
    service = pieces_of(request).service
    ruling = service.dossiers.of_case(visit.community.id, case_id).ruling
    if ruling is None or ruling.id != resolution:
        return _page(request, visit, case_id, status=409, problem=say(language_of(request), "case.problem.seen"))
    try:
        service.review.undo(resolution, visit.actor)
    except Conflict:
        return _page(request, visit, case_id, status=409, problem=say(language_of(request), "case.problem.seen"))
    return _back(visit, case_id)


@router.post("/notes")
def add_note(
    case_id: Number, request: Request, visit: Moderator, text: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """Write something down for one another."""
    try:
        pieces_of(request).service.notes.add(visit.community.id, case_id, text, visit.actor)
    except InvalidInput:
        key = "case.problem.note_long" if text.strip() else "case.problem.note_empty"
        problem = say(language_of(request), key, most=LONGEST_NOTE)
        return _page(request, visit, case_id, status=400, note_problem=problem, note=text)
    return _back(visit, case_id, "notes")


@router.post("/measures/{measure_id}")
def settle_measure(
    case_id: Number,
    measure_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    request: Request,
    visit: Moderator,
    act: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Hand a measure out once more, or say what became of it."""
    measures = pieces_of(request).service.measures
    try:
        if act == "retry":
            measures.retry(visit.community.id, measure_id, visit.actor)
        else:
            measures.settle(visit.community.id, measure_id, _one_of(OrderState, act, "act"), visit.actor)
    except Conflict:
        problem = say(language_of(request), "case.problem.measure")
        return _page(request, visit, case_id, status=409, problem=problem)
    return _back(visit, case_id, "measures")


@router.post("/reports")
def answer_reports(case_id: Number, request: Request, visit: Moderator) -> Response:
    """Answer the reports that wait by the decision that stands."""
    try:
        pieces_of(request).service.reports.confirm(visit.community.id, case_id, visit.actor)
    except Conflict:
        return _page(request, visit, case_id, status=409, problem=say(language_of(request), "case.problem.undecided"))
    return _back(visit, case_id, "reports")


@router.post("/appeal-link")
def show_appeal_link(case_id: Number, request: Request, visit: Moderator) -> Response:
    """Make the link that the member needs to appeal."""
    service = pieces_of(request).service
    service.dossiers.of_case(visit.community.id, case_id)
    return _page(request, visit, case_id, link=appeal_url(request, service.appeals.link(case_id)))


def _page(
    request: Request,
    visit: Visit,
    case_id: int,
    *,
    status: int = 200,
    problem: str = "",
    given: dict[str, Any] | None = None,
    note: str = "",
    note_problem: str = "",
    link: str = "",
    now: Assessment | None = None,
) -> Response:
    dossier = pieces_of(request).service.dossiers.of_case(visit.community.id, case_id)
    return page(
        request,
        "case/case.html",
        status,
        problem=problem,
        given=given or _suggested(dossier),
        note=note,
        note_problem=note_problem,
        link=link,
        deciding=given is not None,
        **_shown(request, dossier, now),
    )


def _shown(request: Request, dossier: Dossier, now: Assessment | None) -> dict[str, Any]:
    language = language_of(request)
    case = dossier.case
    return {
        "dossier": dossier,
        "case": case,
        "ruling": dossier.ruling,
        "events": casework.timeline(dossier),
        "scores": casework.scores(dossier, now),
        "again": now,
        "differences": casework.compare(case.assessment, now, language) if now is not None else [],
        "burdens": burdens(case, dossier.ruling),
        "all_labels": LABELS,
        "measures": list(Measure),
        "longest_mute": LONGEST_MUTE,
        "longest_note": LONGEST_NOTE,
        "who": lambda actor: casework.who(actor, language),
        "detail": lambda words: casework.detail(words, language),
        "told": lambda action: casework.told(action, language),
        "span": lambda minutes: duration(minutes, language),
        "tone": casework.tone,
    }


def _judged_again(request: Request, visit: Visit, case_id: int) -> Assessment:
    service = pieces_of(request).service
    message = service.dossiers.of_case(visit.community.id, case_id).case.message
    return service.assess([message], explain=True)[0]


def _suggested(dossier: Dossier) -> dict[str, Any]:
    """What the form starts from: what stands, else what the machine suggests."""
    ruling, verdict = dossier.ruling, dossier.case.assessment
    if ruling is not None:
        return {
            "decision": ruling.decision.value,
            "labels": [label.value for label in ruling.labels],
            "measure": ruling.measure.value,
            "minutes": ruling.mute_minutes or 60,
            "reason": "",
        }
    return {
        "decision": "",
        "labels": [label.value for label in verdict.labels],
        "measure": verdict.measure.value,
        "minutes": verdict.mute_minutes or 60,
        "reason": "",
    }


def _one_of(kind: Any, value: str, param: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise InvalidInput("choose one", param=param) from None


def _minutes(value: str) -> int:
    if not value.strip().isdecimal():
        raise InvalidInput("a number of minutes", param="mute_minutes")
    return int(value.strip()[:9])


def _problem(request: Request, error: InvalidInput | Conflict) -> str:
    known = ("decision", "labels", "measure", "mute_minutes", "seen")
    key = f"case.problem.{error.param}" if error.param in known else "error.400"
    return say(language_of(request), key, days=LONGEST_MUTE // 1440)


def _back(visit: Visit, case_id: int, place: str = "") -> Response:
    address = f"/console/c/{quote(visit.community.id, safe='')}/cases/{case_id}"
    return RedirectResponse(f"{address}#{place}" if place else address, 303)
