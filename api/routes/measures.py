"""/v1/measures: what bots are to do on their platforms, and what became of it.

The scope is `moderate`: a measure names a member and carries the link at which their message can be read.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.routes.appeals import appeal_url
from api.routes.cases import Number
from api.schemas.fields import CommunityId
from api.schemas.measures import ClaimIn, MeasureOut, MeasuresOut, OutcomeIn
from api.security import require
from copilot.adapters.sql import Key
from copilot.policy.measures import Order, OrderState
from copilot.service.letters import appeal_line, spoken_in

router = APIRouter(prefix="/v1/measures", tags=["measures"], route_class=StrictRoute)

Bot = Annotated[Key, Depends(require("moderate"))]


@router.get("", summary="List measures", operation_id="listMeasures", responses=KEYED | errors(400, 404))
def list_measures(
    request: Request,
    _key: Bot,
    community: Annotated[CommunityId, Query(description="Whose measures.")],
    state: Annotated[OrderState | None, Query(description="Only those in this state.")] = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Read on after this measure.")] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MeasuresOut:
    """Measures of a community, oldest first. To carry them out, claim them: a list keeps no other bot away."""
    states = () if state is None else (state,)
    found = pieces_of(request).service.measures.listed(community, states, after, limit)
    return MeasuresOut(measures=_shown(request, found), next=found[-1].id if len(found) == limit else None)


@router.post(
    "/claim",
    summary="Take measures to carry out",
    operation_id="claimMeasures",
    responses=KEYED | WITH_BODY | errors(404),
)
def claim_measures(body: ClaimIn, request: Request, key: Bot) -> MeasuresOut:
    """Take the oldest measures that wait; until the lease ends no other bot gets them.

    Report the outcome of each. A bot that does not: what can be done twice without harm is handed out again, a notice
    is not, and a person is asked.
    """
    lease = timedelta(seconds=body.lease_seconds)
    taken = pieces_of(request).service.measures.claim(body.community, body.worker or key.name, body.limit, lease)
    return MeasuresOut(measures=_shown(request, taken))


@router.post(
    "/{measure_id}/outcome",
    summary="Say what became of a measure",
    operation_id="reportOutcome",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def report_outcome(measure_id: Number, body: OutcomeIn, request: Request, key: Bot) -> MeasureOut:
    """Report what the platform said. The same outcome twice changes nothing; `done` is believed whatever was before."""
    lease = timedelta(seconds=body.lease_seconds)
    settled = pieces_of(request).service.measures.report(
        measure_id, OrderState(body.state), body.detail, body.worker or key.name, lease
    )
    return _shown(request, [settled])[0]


def _shown(request: Request, orders: list[Order]) -> list[MeasureOut]:
    service = pieces_of(request).service
    languages = {name: spoken_in(service.community(name)) for name in {order.community for order in orders}}
    tokens = service.appeals.links(orders)
    shown = []
    for order in orders:
        url = appeal_url(request, tokens[order.id]) if order.id in tokens else None
        text = order.text
        if text and url is not None:
            text = f"{text}\n{appeal_line(languages[order.community], url)}"
        shown.append(
            MeasureOut(
                id=order.id,
                community=order.community,
                case_id=order.case_id,
                kind=order.kind,
                message_id=order.message_id,
                author=order.author,
                minutes=order.minutes,
                text=text,
                appeal_url=url,
                lifts=order.lifts,
                state=order.state,
                attempts=order.attempts,
                worker=order.holder,
                held_until=order.held_until,
                not_before=order.not_before,
                detail=order.detail,
                ordered_by=order.ordered_by,
                created_at=order.created_at,
                settled_by=order.settled_by,
                settled_at=order.settled_at,
            )
        )
    return shown
