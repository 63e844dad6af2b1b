"""The rules editor: the group's words on one side, what was read of them on the other."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.console import starters
from api.console.guard import Operator, Visit
from api.console.page import language_of
from api.console.routes.settings.clauses import (
    LONGEST_TEXT,
    Typing,
    clause_of,
    confirmed_of,
    corrected,
    hours_of,
    typed_rules,
    typing,
    with_clause,
)
from api.console.routes.settings.forms import Form, Problems, back, fragment, show
from api.console.routes.settings.replaying import run
from api.console.routes.settings.trying import tried
from api.console.routes.settings.versions import base_of, in_state, numbered
from api.pieces import pieces_of
from copilot.errors import Conflict, InvalidInput
from copilot.ports import State, Version
from copilot.rules import write_window
from copilot.service.replays import Proposal
from copilot.types import LABELS, ClauseKind, Measure, RuleSet

router = APIRouter(prefix="/c/{community}/settings/rules")

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_TRIAL_SPAN = timedelta(days=30)
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison: `+` added, `-` taken out, a space for what stayed."""

    sign: str
    text: str


@router.get("")
def show_rules(request: Request, visit: Operator) -> Response:
    """The rules in force, or those on trial or of a starter set where asked for, ready to be edited."""
    versions = pieces_of(request).service.rulebook.all(visit.community.id)
    base = base_of(versions, request.query_params.get("from", ""))
    text = base.value.text if base is not None else visit.community.rules
    chosen = request.query_params.get("starter", "")
    if chosen in starters.names():
        text = starters.text(chosen)
    read = typing(text, confirmed_of(base.value if base else None))
    return _page(request, visit, versions, read, base=None if chosen in starters.names() else base)


@router.post("")
def save_rules(request: Request, visit: Operator, form: Form) -> Response:
    """Keep what was typed as a new version, on trial or in force."""
    rulebook, problems = pieces_of(request).service.rulebook, Problems(language_of(request))
    state = State.LIVE if form.text("state") == "live" else State.SHADOW
    if len(form.text("text")) > LONGEST_TEXT:
        problems.add("text", "settings.rules.too_long", most=LONGEST_TEXT, length=len(form.text("text")))
        versions = rulebook.all(visit.community.id)
        return _page(request, visit, versions, replace(typing("", ()), text=form.text("text")), 400, problems=problems)
    read = typed_rules(form)
    seen = form.whole("seen", 0, 2**31 - 1, 0)
    try:
        sure = confirmed_of(read.rules)
        version = rulebook.put(visit.community.id, read.text, state, visit.actor, confirmed=sure, seen=seen)
    except InvalidInput:
        problems.add("text", "settings.rules.no_clause")
        return _page(request, visit, rulebook.all(visit.community.id), read, 400, problems=problems)
    except Conflict:
        versions = rulebook.all(visit.community.id)
        return _page(request, visit, versions, read, 409, theirs=compared(read.text, versions[0].value.text))
    return back(visit, "rules", "saved" if state is State.LIVE else "trial", version.number)


@router.post("/read")
def read_typed(request: Request, visit: Operator, form: Form) -> Response:
    """Read what is being typed."""
    return _reading(request, visit, typed_rules(form))


@router.post("/clauses/{number}/confirm")
def confirm_clause(number: Number, request: Request, visit: Operator, form: Form) -> Response:
    """Take a clause as it was read."""
    read = typed_rules(form)
    return _reading(request, visit, with_clause(read, clause_of(read, number)))


@router.post("/clauses/{number}/edit")
def edit_clause(number: Number, request: Request, visit: Operator, form: Form) -> Response:
    """Show a clause with fields to correct."""
    return _reading(request, visit, typed_rules(form), editing=number)


@router.post("/clauses/{number}")
def correct_clause(number: Number, request: Request, visit: Operator, form: Form) -> Response:
    """Take a clause as it was corrected."""
    read, problems = typed_rules(form), Problems(language_of(request))
    clause = corrected(read, form, number, problems)
    if problems:
        given = {name: form.text(name) for name in ("windows", "keywords", "roles")}
        return _reading(request, visit, read, editing=number, given={**given, "clause": clause}, problems=problems)
    return _reading(request, visit, with_clause(read, clause))


@router.post("/try")
def try_rules(request: Request, visit: Operator, form: Form) -> Response:
    """Judge a message by the rules in force and by those typed."""
    read = typed_rules(form)
    return tried(request, visit, form, lambda charter: replace(charter, rules=read.rules))


@router.post("/replay")
async def replay_rules(request: Request, visit: Operator, form: Form) -> Response:
    """Say what the typed rules would have done to the last messages."""
    read = typed_rules(form)
    proposal = Proposal(rules=read.text, confirmed=tuple(confirmed_of(read.rules)))
    return run(request, visit, form, proposal)


@router.get("/versions/{number}")
def show_version(number: Number, request: Request, visit: Operator) -> Response:
    """What a version changed against the one in force."""
    versions = pieces_of(request).service.rulebook.all(visit.community.id)
    chosen, live = numbered(versions, number), in_state(versions, State.LIVE)
    lines = compared(live.value.text if live else "", chosen.value.text)
    return fragment(request, visit, "rules_difference", lines=lines, chosen=chosen, live=live)


@router.post("/versions/{number}/promote")
def promote_rules(number: Number, request: Request, visit: Operator, form: Form) -> Response:
    """Put a version in force."""
    seen = form.whole("seen", 0, 2**31 - 1, 0)
    pieces_of(request).service.rulebook.promote(visit.community.id, number, visit.actor, seen=seen)
    return back(visit, "rules", "promoted")


@router.post("/versions/{number}/end")
def end_trial(number: Number, request: Request, visit: Operator) -> Response:
    """End a trial."""
    pieces_of(request).service.rulebook.retire(visit.community.id, number, visit.actor)
    return back(visit, "rules", "ended")


@router.post("/back")
def roll_back_rules(request: Request, visit: Operator, form: Form) -> Response:
    """Go back to the version before."""
    seen = form.whole("seen", 0, 2**31 - 1, 0)
    pieces_of(request).service.rulebook.roll_back(visit.community.id, visit.actor, seen=seen)
    return back(visit, "rules", "back")


def compared(old: str, new: str) -> list[Line]:
    """The lines of two texts, beside one another."""
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return [Line(line[0], line[2:]) for line in lines if line[0] != "?"]


def _page(
    request: Request, visit: Visit, versions: list[Version[RuleSet]], read: Typing, status: int = 200, /, **context: Any
) -> Response:
    live, trial = in_state(versions, State.LIVE), in_state(versions, State.SHADOW)
    record = None
    if trial is not None:
        since = datetime.now(UTC) - _TRIAL_SPAN
        record = pieces_of(request).service.rulebook.record(visit.community.id, trial.number, since)
    return show(
        request,
        visit,
        "rules",
        "rules",
        status,
        **{"theirs": (), "base": in_state(versions, State.LIVE), **context},
        **_read_context(request, read),
        versions=versions[:_SHOWN],
        newest=versions[0] if versions else None,
        live=live,
        trial=trial,
        record=record,
        starters=starters.titles(),
    )


def _reading(request: Request, visit: Visit, read: Typing, **context: Any) -> Response:
    found = {"problems": Problems(language_of(request)), **_read_context(request, read), **context}
    return fragment(request, visit, "rules_reading", **found)


def _read_context(request: Request, read: Typing) -> dict[str, Any]:
    language = language_of(request)
    return {
        "read": read,
        "editing": 0,
        "given": {},
        "kinds": tuple(ClauseKind),
        "labels": LABELS,
        "measures": tuple(Measure),
        "hours_of": lambda clause: hours_of(clause, language),
        "window": lambda window: write_window(window, language),
        "said": lambda reason: reason.en if language == "en" else reason.zh,
    }
