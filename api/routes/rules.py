"""/v1/communities/{id}/rules: rules in the community's own words, tried out, corrected and taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.communities import Id
from api.schemas.rules import ClauseIn, ReadRulesOut, RulesCheckIn, RulesIn, RulesVersionOut, RulesVersionsOut
from api.schemas.versions import TrialOut
from api.security import acting, require
from copilot.adapters.sql import Key
from copilot.service.rulebook import Rulebook
from copilot.types import Clause, Window

router = APIRouter(prefix="/v1", tags=["rules"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Operator = Annotated[Key, Depends(require("operate"))]
_read = Depends(require("classify"))


@router.post(
    "/rules/check", summary="Read rules", operation_id="checkRules", dependencies=[_read], responses=KEYED | WITH_BODY
)
def check_rules(body: RulesCheckIn) -> ReadRulesOut:
    """Read rules into clauses and say what is to be remarked on them; nothing is kept."""
    rules, findings = Rulebook.read(body.text)
    return shown.read_rules(rules, findings, body.lang)


@router.put(
    "/communities/{community_id}/rules",
    summary="Set the rules",
    operation_id="putRules",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def put_rules(community_id: Id, body: RulesIn, request: Request, key: Operator) -> RulesVersionOut:
    """Keep a new version of the rules, in force or on trial. Earlier versions stay and can be taken up again."""
    rulebook = pieces_of(request).service.rulebook
    return shown.rules_version(rulebook.put(community_id, body.text, body.state, acting(key, body.actor)), body.lang)


@router.get(
    "/communities/{community_id}/rules",
    summary="List the rules' versions",
    operation_id="listRules",
    dependencies=[_read],
    responses=KEYED | errors(400, 404),
)
def list_rules(community_id: Id, request: Request, lang: shown.Lang = "zh") -> RulesVersionsOut:
    """All versions, newest first; at most one is live and one on trial."""
    found = pieces_of(request).service.rulebook.all(community_id)
    return RulesVersionsOut(versions=[shown.rules_version(version, lang) for version in found])


@router.put(
    "/communities/{community_id}/rules/clauses/{number}",
    summary="Confirm or correct a clause",
    operation_id="correctClause",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def correct_clause(
    community_id: Id, number: Number, body: ClauseIn, request: Request, key: Operator
) -> RulesVersionOut:
    """Say what a clause means; it is certain from then on. Makes a new version."""
    clause = Clause(
        number,
        "",
        body.kind,
        tuple(dict.fromkeys(body.labels)),
        body.measure,
        tuple(body.keywords),
        tuple(Window(tuple(w.weekdays), w.start, w.end) for w in body.windows),
        tuple(body.roles),
    )
    rulebook = pieces_of(request).service.rulebook
    return shown.rules_version(rulebook.correct(community_id, body.version, clause, acting(key, body.actor)), "zh")


@router.post(
    "/communities/{community_id}/rules/versions/{number}/promote",
    summary="Put rules in force",
    operation_id="promoteRules",
    responses=KEYED | errors(400, 404, 409),
)
def promote_rules(community_id: Id, number: Number, request: Request, key: Operator) -> RulesVersionOut:
    """Put a version in force: the one on trial, or an earlier one again."""
    return shown.rules_version(pieces_of(request).service.rulebook.promote(community_id, number, acting(key)), "zh")


@router.post(
    "/communities/{community_id}/rules/rollback",
    summary="Go back to the rules before",
    operation_id="rollBackRules",
    responses=KEYED | errors(400, 404, 409),
)
def roll_back_rules(community_id: Id, request: Request, key: Operator) -> RulesVersionOut:
    """Put the version before the one in force in force again."""
    return shown.rules_version(pieces_of(request).service.rulebook.roll_back(community_id, acting(key)), "zh")


@router.delete(
    "/communities/{community_id}/rules/versions/{number}",
    summary="End a trial of rules",
    operation_id="retireRules",
    status_code=204,
    responses=KEYED | errors(400, 404, 409),
)
def retire_rules(community_id: Id, number: Number, request: Request, key: Operator) -> Response:
    """Take a version off trial or out of force; it stays in the list."""
    pieces_of(request).service.rulebook.retire(community_id, number, acting(key))
    return Response(status_code=204)


@router.get(
    "/communities/{community_id}/rules/versions/{number}/trial",
    summary="How rules fare on trial",
    operation_id="rulesTrial",
    dependencies=[_read],
    responses=KEYED | errors(400, 404),
)
def rules_trial(
    community_id: Id, number: Number, request: Request, days: Annotated[int, Query(ge=1, le=3650)] = 30
) -> TrialOut:
    """What this version would have flagged among the messages that people decided."""
    since = datetime.now(UTC) - timedelta(days=days)
    return shown.trial(pieces_of(request).service.rulebook.record(community_id, number, since))
