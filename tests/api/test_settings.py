"""Settings: where they come from, and which ones refuse to start."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.settings import SettingsError, load
from models import DEFAULT_CLASSIFIER


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_defaults_listen_on_this_machine_alone():
    settings = load()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url == "sqlite:///var/copilot.db"
    assert settings.classifier == DEFAULT_CLASSIFIER
    assert (settings.max_body_bytes, settings.rate_limit_per_minute) == (1_048_576, 6_000)


def test_arguments_beat_the_environment_and_that_beats_the_file(tmp_path, monkeypatch):
    (tmp_path / "copilot.toml").write_text('port = 1\nhost = "127.0.0.2"\nlog_level = "debug"\n')
    monkeypatch.setenv("COPILOT_PORT", "2")
    monkeypatch.setenv("COPILOT_HOST", "127.0.0.3")
    settings = load(port=3, host=None)
    assert (settings.port, settings.host, settings.log_level) == (3, "127.0.0.3", "debug")


def test_the_file_may_stand_anywhere(tmp_path, monkeypatch):
    file = tmp_path / "elsewhere.toml"
    file.write_text("port = 9000\n")
    monkeypatch.setenv("COPILOT_CONFIG", str(file))
    assert load().port == 9000


def test_settings_do_not_change_once_read():
    with pytest.raises(ValidationError):
        load().port = 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"host": "0.0.0.0"}, "allow_remote"),
        ({"host": "::"}, "allow_remote"),
        ({"host": "192.168.1.4"}, "allow_remote"),
        ({"host": "example.org"}, "allow_remote"),
        ({"port": -1}, "port"),
        ({"port": 70_000}, "port"),
        ({"port": "http"}, "port"),
        ({"max_body_bytes": 0}, "max_body_bytes"),
        ({"rate_limit_per_minute": 0}, "rate_limit_per_minute"),
        ({"rate_limit_per_minute": -5}, "rate_limit_per_minute"),
        ({"database_url": "nonsense"}, "database_url"),
        ({"database_url": "mysql://u:secret@h/n"}, "only sqlite and postgresql"),
        ({"log_level": "loud"}, "log_level"),
        ({"log_format": "xml"}, "log_format"),
    ],
)
def test_an_unsafe_value_refuses_to_start_in_one_sentence(values, said, monkeypatch):
    for name, value in values.items():
        monkeypatch.setenv(f"COPILOT_{name.upper()}", str(value))
    with pytest.raises(SettingsError) as caught:
        load()
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_needs_no_permission(host):
    assert load(host=host).host == host


def test_a_remote_address_is_fine_when_meant(monkeypatch):
    monkeypatch.setenv("COPILOT_ALLOW_REMOTE", "true")
    assert load(host="0.0.0.0").host == "0.0.0.0"


@pytest.mark.parametrize(("text", "said"), [("prot = 8000\n", "'prot'"), ("port = \n", "not valid TOML")])
def test_a_mistake_in_the_file_refuses_to_start(tmp_path, text, said):
    (tmp_path / "copilot.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load()


def test_a_file_that_is_named_but_missing_refuses_to_start(monkeypatch):
    monkeypatch.setenv("COPILOT_CONFIG", "missing.toml")
    with pytest.raises(SettingsError, match=r"missing\.toml"):
        load()


def test_the_password_is_not_shown():
    settings = load(database_url="postgresql+psycopg://me:hush@db/copilot")
    assert settings.redacted()["database_url"] == "postgresql+psycopg://me:***@db/copilot"
