"""POST /v1/search: decided cases and clauses that texts are like."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api import shown
from api.body import StrictRoute
from api.pieces import pieces_of
from api.routes.answers import KEYED, WITH_BODY, errors
from api.schemas.search import FoundOut, FoundPrecedentOut, SearchIn, SearchOut
from api.security import require
from copilot.adapters.sql import Key

router = APIRouter(prefix="/v1", tags=["review"], route_class=StrictRoute)


@router.post("/search", summary="Find precedents", operation_id="search", responses=KEYED | WITH_BODY | errors(404))
def search(body: SearchIn, request: Request, _key: Annotated[Key, Depends(require("moderate"))]) -> SearchOut:
    """For each text the decided cases it is like, likest first, and the clauses it falls under.

    Only the community's own cases and the shared libraries it subscribes to are looked at.
    """
    found = pieces_of(request).service.search(body.community, body.texts, body.k)
    return SearchOut(
        results=[
            FoundOut(
                precedents=[
                    FoundPrecedentOut(**shown.precedent(precedent).model_dump(), text=text)
                    for precedent, text in zip(like.precedents, like.texts, strict=True)
                ],
                clauses=[shown.cited_clause(cited, body.lang) for cited in like.clauses],
            )
            for like in found
        ]
    )
