"""Build the HTTP app out of its parts."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import RedirectResponse

from api import errors
from api.appeal import appeal
from api.console.app import console
from api.limits import RateLimit
from api.metrics import Metrics
from api.middleware import BodyLimit, RequestContext
from api.pieces import Keys, Pieces
from api.routes import (
    appeals,
    cases,
    changes,
    classify,
    communities,
    drafts,
    measures,
    policy,
    reports,
    rules,
    search,
    status,
)
from api.settings import Settings
from copilot import __version__
from copilot.adapters.sql import Accounts
from copilot.service import Service

_SIGN_INS_PER_NAME = 6  # a minute, for one name from one address
_SIGN_INS_PER_ADDRESS = 30

_DESCRIPTION = """\
Judges messages of online communities: labels with probabilities, a decision (`allow`, `review`,
`remove`), a suggested measure, and reasons with spans of the original text.

Every error has the shape `{"error": {"type", "message", "param", "request_id"}}`.
"""


def create_app(settings: Settings, service: Service, keyring: Keys, accounts: Accounts) -> FastAPI:
    """Return the app; it opens nothing and reads no settings but these."""
    metrics = Metrics()
    version = service.moderator.versions.model
    metrics.set_model(version, loaded=version != "none")
    app = FastAPI(
        title="Community Copilot",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # the usual page loads its script from a CDN; /openapi.json is complete
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"logs": False},  # its log lines would quote the bodies of refused requests
    )
    app.state.pieces = Pieces(
        service=service,
        keyring=keyring,
        accounts=accounts,
        rate_limit=RateLimit(settings.rate_limit_per_minute),
        sign_in_limit=RateLimit(_SIGN_INS_PER_NAME),
        address_limit=RateLimit(_SIGN_INS_PER_ADDRESS),
        metrics=metrics,
        settings=settings,
    )
    errors.install(app)
    for module in (
        classify,
        communities,
        rules,
        policy,
        changes,
        cases,
        search,
        status,
        measures,
        reports,
        appeals,
        drafts,
    ):
        app.include_router(module.router)
    app.mount("/console", console(app.state.pieces))
    app.mount("/appeal", appeal(app.state.pieces))
    app.add_route("/console", lambda _: RedirectResponse("/console/", 303), include_in_schema=False)
    app.add_route("/", lambda _: RedirectResponse("/console/", 303), include_in_schema=False)
    app.add_middleware(BodyLimit, limit=settings.max_body_bytes)
    app.add_middleware(RequestContext, metrics=metrics)  # added last, so outermost
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document without the 422 answers, which here are 400 in the one error shape."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        app.openapi_schema = schema
    return app.openapi_schema
