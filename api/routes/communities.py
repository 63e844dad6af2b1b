"""/v1/communities: set communities up and change them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request

from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.schemas.communities import (
    CommunitiesOut,
    CommunityFields,
    CommunityIn,
    CommunityOut,
    CommunityPatch,
)
from api.schemas.fields import CommunityId
from api.security import acting, require
from copilot.adapters.sql import Key
from copilot.types import Community

router = APIRouter(prefix="/v1/communities", tags=["communities"], route_class=StrictRoute)

Id = Annotated[CommunityId, Path(description="The community's id.")]
_read = Depends(require("classify"))
Operator = Annotated[Key, Depends(require("operate"))]


@router.get(
    "",
    summary="List communities",
    operation_id="listCommunities",
    dependencies=[_read],
    responses=KEYED,
)
def list_communities(request: Request) -> CommunitiesOut:
    """All communities by id."""
    found = pieces_of(request).service.communities()
    return CommunitiesOut(communities=[_shown(community) for community in found])


@router.get(
    "/{community_id}",
    summary="Show a community",
    operation_id="getCommunity",
    dependencies=[_read],
    responses=KEYED | errors(400, 404),
)
def get_community(community_id: Id, request: Request) -> CommunityOut:
    """One community."""
    return _shown(pieces_of(request).service.community(community_id))


@router.post(
    "",
    summary="Set up a community",
    operation_id="addCommunity",
    status_code=201,
    responses=KEYED | WITH_BODY | errors(409),
)
def add_community(body: CommunityIn, request: Request, key: Operator) -> CommunityOut:
    """Set up a community under an id of yours, such as the platform's group id."""
    community = Community(id=body.id, **_values(body, exclude={"id"}))
    return _shown(pieces_of(request).service.add_community(community, acting(key)))


@router.patch(
    "/{community_id}",
    summary="Change a community",
    operation_id="changeCommunity",
    responses=KEYED | WITH_BODY | errors(404, 409),
)
def change_community(community_id: Id, body: CommunityPatch, request: Request, key: Operator) -> CommunityOut:
    """Change the given fields; lists are replaced as a whole."""
    values = _values(body, exclude_unset=True)
    service = pieces_of(request).service
    return _shown(service.change_community(community_id, lambda old: replace(old, **values), acting(key)))


def _values(body: CommunityFields, **options: Any) -> dict[str, Any]:
    dumped = body.model_dump(**options)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in dumped.items()}


def _shown(community: Community) -> CommunityOut:
    return CommunityOut.model_validate(asdict(community))
