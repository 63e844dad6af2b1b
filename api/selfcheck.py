"""Prove an installation end to end with the agreed test message, leaving nothing behind."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from api.settings import Settings
from api.wiring import build
from copilot.adapters.sql import SqlStore, connect, upgrade
from copilot.errors import CopilotError
from copilot.moderator import CANARY
from copilot.types import Decision, Message
from models import FALLBACK_CLASSIFIER


def problems(settings: Settings) -> list[str]:
    """What does not work, in sentences; nothing where all is well."""
    return _database(settings) + _pipeline(settings)


def _database(settings: Settings) -> list[str]:
    try:
        upgrade(settings.database_url)
        engine = connect(settings.database_url)
        SqlStore(engine).ping()
        engine.dispose()
    except CopilotError as error:
        return [f"database: {error.message}"]
    return []


def _pipeline(settings: Settings) -> list[str]:
    """Classify and keep the message with the real wiring, in a database of its own."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        upgrade(url)
        with build(settings.model_copy(update={"database_url": url})) as built:
            message = Message(id="check", text=CANARY)
            first, again = built.service.ingest([message])[0], built.service.ingest([message])[0]
            version = built.service.moderator.versions.model
    found = []
    if version == "none":
        found.append("model: it cannot be loaded, so every message goes to review")
    elif version.startswith(FALLBACK_CLASSIFIER) and not settings.classifier.startswith(FALLBACK_CLASSIFIER):
        found.append(f"model: {settings.classifier!r} cannot be loaded, so the weaker {version} judges")
    seen = any(signal.source == "canary" for signal in first.assessment.signals)
    if not seen or first.assessment.decision is Decision.ALLOW:
        found.append("pipeline: the test message was not flagged")
    if first.duplicate or not again.duplicate:
        found.append("store: a repeated message was not recognised")
    return found
