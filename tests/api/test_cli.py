"""The command line, from the first start on."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import types
from importlib.resources import files

import pytest
from typer.testing import CliRunner

from api import cli, demo, selfcheck, wiring
from api.settings import load
from copilot import __version__
from copilot.adapters.sql import KeyRing, connect, is_current
from copilot.errors import ArtifactError
from copilot.policy import DEFAULT_BANDS


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("api.logs.configure", lambda *_: None)


@pytest.fixture
def run(capsys):
    def invoke(*arguments, exits=0):
        answer = CliRunner().invoke(cli.app, arguments)
        if answer.exception and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        assert answer.exit_code == exits, answer.output
        return answer.output

    return invoke


class QuietClassifier:
    version = "quiet/1"
    bands = DEFAULT_BANDS

    def classify(self, views):
        return [{} for _ in views]


@pytest.fixture
def working_model(monkeypatch):
    monkeypatch.setattr(wiring, "load_classifier", lambda settings: QuietClassifier())


def test_version_is_printed(run):
    assert run("version").strip() == __version__


def test_a_key_is_made_listed_and_revoked(run):
    plain = run("keys", "create", "--name", "bot", "--scopes", "classify,operate", "--quiet").strip()
    engine = connect(load().database_url)
    assert KeyRing(engine).verify(plain).scopes == {"classify", "operate"}
    listed = run("keys", "list")
    assert "bot" in listed
    assert plain not in listed
    run("keys", "revoke", "1")
    assert KeyRing(engine).verify(plain) is None
    assert "revoked" in run("keys", "list")
    engine.dispose()


def test_odd_key_names_are_shown_as_they_are_and_empty_ones_refused(run):
    run("keys", "create", "--name", "x[/nope]")
    assert "x[/nope]" in run("keys", "list")
    run("keys", "create", "--name", "  ", exits=1)
    run("keys", "revoke", "9" * 25, exits=2)


def test_a_taken_port_is_said_in_a_sentence(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        monkeypatch.setattr(sys, "argv", ["community-copilot", "serve", "--port", port])
        with pytest.raises(SystemExit):
            cli.main()
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_an_unknown_scope_is_refused_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x", "keys", "create", "--name", "bot", "--scopes", "root"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert "scopes are classify, moderate, operate, admin" in said
    assert "Traceback" not in said


def test_unsafe_settings_refuse_to_start_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x", "serve", "--host", "0.0.0.0"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "allow_remote" in capsys.readouterr().err


def test_the_database_is_upgraded(run):
    run("db", "upgrade")
    engine = connect(load().database_url)
    assert is_current(engine)
    engine.dispose()


def test_config_shows_the_settings_without_the_password(run, monkeypatch):
    monkeypatch.setenv("COPILOT_DATABASE_URL", "postgresql+psycopg://me:hush@db/copilot")
    shown = run("config")
    assert 'database_url = "postgresql+psycopg://me:***@db/copilot"' in shown
    assert "allow_remote = false" in shown
    assert "port = 8000" in shown


def test_what_config_shows_can_be_used_as_the_file(run, tmp_path):
    (tmp_path / "copilot.toml").write_text(run("config").replace("8000", "8123"))
    assert load().port == 8123


def test_check_proves_the_pipeline_and_leaves_nothing_behind(run, working_model, tmp_path):
    assert "All is well" in run("check")
    engine = connect(load().database_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 0
    engine.dispose()


def test_check_fails_without_a_model(run, monkeypatch):
    monkeypatch.setattr(wiring, "load_classifier", lambda settings: None)
    assert "FAILED  model" in run("check", exits=1)


def test_check_fails_without_a_database(working_model, tmp_path):
    (tmp_path / "broken.db").write_bytes(b"no database" * 1_000)
    found = selfcheck.problems(load(database_url=f"sqlite:///{tmp_path / 'broken.db'}"))
    assert found == ["database: the database did not answer"]


def test_check_fails_where_the_test_message_passes(monkeypatch, working_model):
    monkeypatch.setattr(selfcheck, "CANARY", "大家早上好")
    assert selfcheck.problems(load()) == ["pipeline: the test message was not flagged"]


def test_a_model_that_cannot_be_loaded_is_said_loudly(monkeypatch, caplog):
    def fail(name, threads=None):
        raise ArtifactError(f"the manifest of {name} is torn")

    monkeypatch.setattr("models.load_classifier", fail)
    assert wiring.load_classifier(load()) is None
    weaker, none = caplog.records
    assert {weaker.levelname, none.levelname} == {"ERROR"}
    assert "the manifest of encoder-zh is torn" in weaker.message
    assert "'linear-zh' judges instead" in weaker.message
    assert "the manifest of linear-zh is torn" in none.message
    assert "EVERY message goes to review" in none.message


def test_check_says_that_a_weaker_model_judges(tmp_path):
    found = selfcheck.problems(load(classifier=str(tmp_path / "gone")))
    assert found == [f"model: {str(tmp_path / 'gone')!r} cannot be loaded, so the weaker linear-zh/2 judges"]


def test_classify_hands_its_options_to_the_bulk_command(run, monkeypatch):
    got = []

    def classify(source: str, output: str = "-") -> None:
        got.append((source, output))

    module = types.ModuleType("api.bulk")
    module.classify = classify
    monkeypatch.setitem(sys.modules, "api.bulk", module)
    run("classify", "in.jsonl", "--output", "out.jsonl")
    assert got == [("in.jsonl", "out.jsonl")]


def test_nothing_heavy_is_imported_for_a_simple_command():
    code = (
        "import sys; from api import cli; "
        "heavy = {'fastapi', 'sqlalchemy', 'numpy', 'uvicorn', 'pydantic'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=files("api").joinpath(".."))


@pytest.fixture
def start(monkeypatch, capsys, working_model):
    """Run `serve` up to the moment it would listen for ever; return what was printed."""

    def serve():
        monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: sockets[0].close())
        CliRunner().invoke(cli.app, ["serve", "--port", "0"], catch_exceptions=False)

    def printed():
        answer = CliRunner().invoke(cli.app, ["serve", "--port", "0"], catch_exceptions=False)
        assert answer.exit_code == 0
        return answer.output

    monkeypatch.setattr("uvicorn.Server.run", lambda self, sockets: sockets[0].close())
    return printed


def test_the_first_start_shows_a_key_once_and_later_ones_do_not(start):
    first, later = start(), start()
    [key, _] = re.findall(r"cc_[\w-]{43}", first)
    assert re.search(r"listens on http://127\.0\.0\.1:[1-9]\d+", first)
    assert "keys create" in first
    assert key not in later
    assert "cc_" not in later
    assert "keys create" in later


def test_the_example_of_the_first_start_works(start, database_url, monkeypatch, make_client, keyring):
    monkeypatch.setenv("COPILOT_DATABASE_URL", database_url)
    first = start()
    body = json.loads(re.search(r"-d '(.*)'", first)[1])
    key = re.search(r"Bearer (\S+)'", first)[1]
    with wiring.build(load()) as built:
        client = make_client(scopes=None, service=built.service)
        answer = client.post("/v1/classify", json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert answer.json()["results"][0]["decision"] in ("review", "remove")
    assert demo.COMMUNITY.rules


def test_a_first_start_that_broke_off_is_taken_up_again(start, run):
    start()
    engine = connect(load().database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM api_keys")
    assert "cc_" in start()
    engine.dispose()
