"""Fakes and factories; a test names only what it cares about."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from copilot.adapters.sql import Accounts, KeyRing, SqlStore, connect, upgrade
from copilot.charter import Charter
from copilot.policy import Policy
from copilot.service import Service
from copilot.types import (
    LABELS,
    Assessment,
    Case,
    Decision,
    Label,
    Measure,
    Message,
    Reason,
    Signal,
    Versions,
)

POSTGRES = os.environ.get("COPILOT_TEST_POSTGRES_URL", "")
"""A server where databases may be created, such as postgresql+psycopg://postgres@127.0.0.1/postgres."""

VERDICTS = {
    "广告": (Decision.REMOVE, Measure.WARN, (Label.ADS,)),
    "可疑": (Decision.REVIEW, Measure.REMIND, (Label.RUMOR,)),
}


class FakeModerator:
    """Flags 广告 for removal and 可疑 for review; fails on 崩溃; remembers what it was asked."""

    def __init__(self, model: str = "fake/1") -> None:
        self.versions = Versions(model, "bands/1", "rules/1")
        self.policy = Policy()
        self.asked: list[Message] = []
        self.charters: dict[str, Charter] = {}

    def assess(
        self,
        messages: Sequence[Message],
        charters: Mapping[str, Charter] | None = None,
        repeats: Any = None,
        standings: Any = None,
        *,
        explain: bool = False,
    ) -> list[Assessment]:
        self.asked.extend(messages)
        self.charters.update(charters or {})
        return [self._judge(message) for message in messages]

    def look_up(self, texts: Sequence[str], charter: Charter, k: int) -> list[Any]:
        return [((), self._judge(Message("0", text))) for text in texts]

    def _judge(self, message: Message) -> Assessment:
        if "崩溃" in message.text:
            raise RuntimeError(f"cannot judge {message.text}")
        for word, (decision, measure, labels) in VERDICTS.items():
            start = message.text.find(word)
            if start >= 0:
                reason = Reason("词语命中", "A listed word occurs.")
                signal = Signal("words", labels[0], 0.9, reason, ((start, start + 2),), "list")
                return self._assessment(message, decision, measure, labels, (signal,))
        return self._assessment(message, Decision.ALLOW, Measure.NONE, (), ())

    def _assessment(self, message, decision, measure, labels, signals) -> Assessment:
        scores = {label: 0.9 if label in labels else 0.01 for label in LABELS}
        return Assessment(message.id, decision, measure, labels, scores, signals, self.versions)


@pytest.fixture
def make_message() -> Callable[..., Message]:
    """Build a message; ids count up."""
    count = iter(range(1, 1_000_000))

    def make(text: str = "大家早上好", **fields: Any) -> Message:
        return Message(**{"id": f"m{next(count)}", "text": text, **fields})

    return make


@pytest.fixture
def make_case(make_message) -> Callable[..., Case]:
    """Build a case as the fake moderator would judge it."""
    moderator = FakeModerator()

    def make(text: str = "大家早上好", **fields: Any) -> Case:
        message = make_message(text, **fields)
        return Case(message, moderator.assess([message])[0], datetime.now(UTC))

    return make


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRES else ["sqlite"])
def database_url(request, tmp_path: Path) -> str:
    """A migrated database of this test's own; every test runs on PostgreSQL too where one is given."""
    url = f"sqlite:///{tmp_path / 'test.db'}" if request.param == "sqlite" else _postgres_database()
    upgrade(url)
    return url


def _postgres_database() -> str:
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    admin.dispose()
    return sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def engine(database_url: str) -> Iterator[Any]:
    """An engine on it."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def outage(engine) -> Callable[[], None]:
    """Make this test's database stop answering."""

    def refuse(*_: Any) -> None:
        raise sa.exc.OperationalError("statement", {}, Exception("gone"))

    return lambda: sa.event.listen(engine, "before_cursor_execute", refuse)


@pytest.fixture
def make_service(engine) -> Callable[..., Service]:
    """Build a service on this test's database, with the fake moderator unless told otherwise."""

    def make(moderator: Any = None, store: Any = None) -> Service:
        return Service(store or SqlStore(engine), moderator or FakeModerator())

    return make


@pytest.fixture
def fake_moderator() -> type[FakeModerator]:
    """The fake's class."""
    return FakeModerator


@pytest.fixture
def keyring(engine) -> KeyRing:
    """Keys in this test's database."""
    return KeyRing(engine)


@pytest.fixture
def accounts(engine) -> Accounts:
    """Accounts in this test's database."""
    return Accounts(engine)


@pytest.fixture
def make_client(database_url, make_service, keyring, accounts) -> Iterator[Callable[..., TestClient]]:
    """Build a client of a whole app; `scopes` gives it a key, None leaves it without."""
    clients: list[TestClient] = []

    def make(scopes: str | None = "classify,operate", service: Service | None = None, **settings: Any) -> TestClient:
        chosen = Settings(database_url=database_url, **settings)
        app = create_app(chosen, service or make_service(), keyring, accounts)
        headers = {}
        if scopes is not None:
            key = keyring.create(f"test {len(clients)}", scopes.split(","))
            headers["Authorization"] = f"Bearer {key}"
        clients.append(TestClient(app, headers=headers, raise_server_exceptions=False))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client) -> TestClient:
    """A client whose key may classify and operate, with the community `demo` set up."""
    client = make_client()
    body = {"id": "demo", "name": "阳光花园业主群", "theme": "小区邻里"}
    assert client.post("/v1/communities", json=body).status_code == 201
    return client


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """An artefact made by the whole training pipeline in its smallest size, from the corpus alone."""
    root = Path(__file__).resolve().parent.parent
    out = tmp_path_factory.mktemp("encoder")
    environment = {
        **os.environ,
        "TINY": "1",
        "OUT": str(out),
        "ARTIFACT": str(out / "artifact"),
        "DATASETS": str(out / "no-public-sets"),
        "PYTHON": sys.executable,
    }
    done = subprocess.run(
        ["bash", "training/encoder.sh"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return out / "artifact"
