"""The composition root: settings in, a running app's parts out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import models
from api.app import create_app
from api.settings import Settings
from copilot.adapters.sql import KeyRing, SqlStore, connect
from copilot.errors import ModelUnavailable
from copilot.inference import encoder_of
from copilot.moderator import Moderator
from copilot.ports import Calibration, Classifier
from copilot.service import Service
from copilot.service.precedents import PrecedentKeeper
from models.head import CommunityHead
from models.learner import learn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """Everything `build` put together."""

    app: FastAPI
    service: Service
    keyring: KeyRing
    store: SqlStore


@contextmanager
def build(settings: Settings) -> Iterator[Built]:
    """Put everything together over a database that is up to date; keeps the index and closes it afterwards."""
    engine = connect(settings.database_url)
    try:
        store, keyring = SqlStore(engine), KeyRing(engine)
        classifier = load_classifier(settings)
        encoder = encoder_of(classifier) or models.load_encoder(models.HASHING)
        folder = Path(settings.index_folder)
        index, encoder, mark = models.load_case_index(folder, encoder, _last_change(store))
        keeper = PrecedentKeeper(index, encoder, mark)
        service = Service(
            store,
            Moderator(classifier, encoder=encoder, index=index),
            keeper,
            load_calibration=partial(_calibration, classifier.version if classifier else ""),
            learner=learn,
            reference=getattr(classifier, "reference", None),
        )
        yield Built(create_app(settings, service, keyring), service, keyring, store)
        if keeper.mark > mark:
            models.save_case_index(index, folder, keeper.mark)
    finally:
        engine.dispose()


def _calibration(model: str, value: Mapping[str, Any]) -> Calibration | None:
    """What a community's decisions corrected of this model; what they said of another one is left alone."""
    head = CommunityHead.from_mapping(value)
    return head if head.model == model else None


def _last_change(store: SqlStore) -> int:
    with store.begin() as unit:
        return unit.resolutions.last()


def load_classifier(settings: Settings) -> Classifier | None:
    """Return the classifier or its fallback, or None where neither can be loaded: then everything goes to review."""
    try:
        return models.load_classifier_or_fallback(settings.classifier, settings.model_threads or None)
    except ModelUnavailable as error:
        log.error(
            "NO MODEL: the classifier %r cannot be loaded (%s); EVERY message goes to review",
            settings.classifier,
            error.message,
        )
        return None
