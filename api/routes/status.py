"""Is it up, is it ready, and what has it counted: for load balancers and Prometheus, without a key.

None of them tells anything about a community or a message.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.pieces import pieces_of
from api.routes.answers import errors
from api.schemas.status import StatusOut
from copilot import __version__
from copilot.errors import ModelUnavailable

router = APIRouter(tags=["status"])


@router.get("/health", summary="Is the process up?", operation_id="health")
def health(request: Request) -> StatusOut:
    """Answers as soon as the process does; says nothing about database or model."""
    return _status(request)


@router.get("/ready", summary="Can it do its work?", operation_id="ready", responses=errors(500, 503))
def ready(request: Request) -> StatusOut:
    """Answers 200 where the database answers and a model is loaded, else 503."""
    service = pieces_of(request).service
    service.communities()
    if service.moderator.versions.model == "none":
        raise ModelUnavailable("No model is loaded, so every message goes to review.")
    return _status(request)


@router.get(
    "/metrics",
    summary="Counts for Prometheus",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Requests, times, decisions and labels as numbers."""
    return Response(pieces_of(request).metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _status(request: Request) -> StatusOut:
    return StatusOut(
        status="ok",
        version=__version__,
        model=pieces_of(request).service.moderator.versions.model,
    )
