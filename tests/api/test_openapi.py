"""The OpenAPI document is complete, and the app keeps what it promises there."""

from __future__ import annotations

import atexit
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from api.app import create_app
from api.settings import Settings
from copilot.adapters.sql import Accounts, Key, SqlStore, connect, upgrade
from copilot.moderator import Moderator
from copilot.policy import DEFAULT_BANDS
from copilot.service import Service
from copilot.types import Community
from models.learner import learn

# schemathesis wants the app when the module is collected (its fixture way fails under pytest 9).
_folder = TemporaryDirectory()
atexit.register(_folder.cleanup)


class _AnyKey:
    def verify(self, plain: str) -> Key | None:
        return Key(1, "fuzz", frozenset({"admin"})) if plain == "fuzz" else None


class _Quiet:
    version = "quiet/1"
    bands = DEFAULT_BANDS

    def classify(self, views):
        return [{} for _ in views]


def _app():
    url = f"sqlite:///{_folder.name}/fuzz.db"
    upgrade(url)
    engine = connect(url)
    atexit.register(engine.dispose)
    service = Service(SqlStore(engine), Moderator(_Quiet()), learner=learn)
    service.add_community(Community("demo", "阳光花园业主群"))
    limits = {"rate_limit_per_minute": 1_000_000, "max_body_bytes": 100_000_000}
    return create_app(Settings(database_url=url, **limits), service, _AnyKey(), Accounts(engine))


app = _app()
schema = schemathesis.openapi.from_asgi("/openapi.json", app)


REACHING_ACROSS = {"classify", "resolveCase", "putPolicy", "replay", "putRules", "correctClause", "fileReport"} | {
    "writeBriefing",
    "writeTopic",
    "writeNotice",
    "writeClarification",
    "writeWelcome",
    "reportJoins",
    "scheduleDraft",
    "reportPerformance",
    "editDraft",
}
"""Bodies with rules that no schema tells: what is allowed carries no label, a band's review is below its remove,
a time lies within the calendar in UTC too, a briefing's day is near, a theme has a topic left, somebody is named, and
no more members reply than there are replies, a text is not empty, a report names its message by id or by text."""


@schema.parametrize()
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_app_keeps_what_the_document_promises(case):
    excluded = [positive_data_acceptance] if case.operation.definition.raw["operationId"] in REACHING_ACROSS else []
    case.call_and_validate(headers={"Authorization": "Bearer fuzz"}, excluded_checks=excluded)


DOCUMENT = app.openapi()
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_is_described(path, method, operation):
    assert operation["summary"]
    assert operation["description"]
    assert operation["operationId"]
    answers = operation["responses"]
    assert "422" not in answers
    if path.startswith("/v1"):
        assert operation["security"] == [{"bearer": []}, {"api_key": []}]
        assert {"401", "403", "429", "500", "503"} <= set(answers)
    if "requestBody" in operation:
        assert {"400", "413", "415"} <= set(answers)
    for status, answer in answers.items():
        if status[0] in "45":
            content = answer["content"]["application/json"]
            assert content["schema"]["$ref"].endswith("/ErrorOut")


def test_both_ways_to_give_a_key_are_documented():
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert schemes["api_key"]["name"] == "X-API-Key"


def test_request_fields_tell_what_they_mean():
    fields = DOCUMENT["components"]["schemas"]["MessageIn"]["properties"]
    assert set(fields) == {"id", "text", "quoted", "author", "roles", "sent_at", "reply_to"}
    assert all(field.get("description") for field in fields.values())
