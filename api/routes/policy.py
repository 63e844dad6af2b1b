"""/v1/communities/{id}/policy: thresholds, ladder, quotas and automatic removal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.communities import Id
from api.schemas.policy import PolicyIn, PolicyOut, PolicyVersionOut
from api.schemas.versions import TrialOut
from api.security import acting, require
from copilot.adapters.sql import Key

router = APIRouter(prefix="/v1/communities/{community_id}/policy", tags=["policy"], route_class=StrictRoute)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Operator = Annotated[Key, Depends(require("operate"))]
_read = Depends(require("classify"))


@router.get(
    "", summary="Show the policy", operation_id="getPolicy", dependencies=[_read], responses=KEYED | errors(400, 404)
)
def get_policy(community_id: Id, request: Request) -> PolicyOut:
    """All versions, and from which scores the machine may remove by itself, on which evidence, paused or not."""
    service = pieces_of(request).service
    return PolicyOut(
        automatic=shown.automatic(service.automatic(community_id)),
        versions=[shown.policy_version(version) for version in service.policies.all(community_id)],
    )


@router.put("", summary="Set the policy", operation_id="putPolicy", responses=KEYED | WITH_BODY | errors(404, 409))
def put_policy(community_id: Id, body: PolicyIn, request: Request, key: Operator) -> PolicyVersionOut:
    """Keep a new version of the policy, in force or on trial."""
    policies = pieces_of(request).service.policies
    return shown.policy_version(policies.put(community_id, body.policy, body.state, acting(key, body.actor)))


@router.post(
    "/versions/{number}/promote",
    summary="Put a policy in force",
    operation_id="promotePolicy",
    responses=KEYED | errors(400, 404, 409),
)
def promote_policy(community_id: Id, number: Number, request: Request, key: Operator) -> PolicyVersionOut:
    """Put a version in force: the one on trial, or an earlier one again."""
    return shown.policy_version(pieces_of(request).service.policies.promote(community_id, number, acting(key)))


@router.post(
    "/rollback",
    summary="Go back to the policy before",
    operation_id="rollBackPolicy",
    responses=KEYED | errors(400, 404, 409),
)
def roll_back_policy(community_id: Id, request: Request, key: Operator) -> PolicyVersionOut:
    """Put the version before the one in force in force again."""
    return shown.policy_version(pieces_of(request).service.policies.roll_back(community_id, acting(key)))


@router.delete(
    "/versions/{number}",
    summary="End a trial of a policy",
    operation_id="retirePolicy",
    status_code=204,
    responses=KEYED | errors(400, 404, 409),
)
def retire_policy(community_id: Id, number: Number, request: Request, key: Operator) -> Response:
    """Take a version off trial or out of force; it stays in the list."""
    pieces_of(request).service.policies.retire(community_id, number, acting(key))
    return Response(status_code=204)


@router.get(
    "/versions/{number}/trial",
    summary="How a policy fares on trial",
    operation_id="policyTrial",
    dependencies=[_read],
    responses=KEYED | errors(400, 404),
)
def policy_trial(
    community_id: Id, number: Number, request: Request, days: Annotated[int, Query(ge=1, le=3650)] = 30
) -> TrialOut:
    """What this version would have flagged among the messages that people decided."""
    since = datetime.now(UTC) - timedelta(days=days)
    return shown.trial(pieces_of(request).service.policies.record(community_id, number, since))


@router.post(
    "/resume",
    summary="Let automatic removal go on",
    operation_id="resumeRemoval",
    responses=KEYED | errors(400, 404),
)
def resume_removal(community_id: Id, request: Request, key: Annotated[Key, Depends(require("moderate"))]) -> PolicyOut:
    """Close the circuit breaker, because a person has looked; the watch over removals begins anew."""
    pieces_of(request).service.safeguard.confirm(community_id, datetime.now(UTC), acting(key))
    return get_policy(community_id, request)
