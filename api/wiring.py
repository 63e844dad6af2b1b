"""The composition root: settings in, a running app's parts out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI

import models
from api.app import create_app
from api.settings import Settings
from copilot.adapters.channels import FileSender, WebhookSender
from copilot.adapters.feeds.addresses import Allowed
from copilot.adapters.feeds.fetch import FeedFetcher
from copilot.adapters.sql import Accounts, KeyRing, SqlLedger, SqlStore, connect
from copilot.drafting.budget import Budget
from copilot.drafting.circuit import Circuit
from copilot.errors import ModelUnavailable
from copilot.inference import encoder_of
from copilot.moderator import Moderator
from copilot.ports import Calibration, Classifier, Encoder, Limits, Relevance, Sender
from copilot.service import Service
from copilot.service.content import Tools
from copilot.service.precedents import PrecedentKeeper
from models.head import CommunityHead
from models.learner import learn
from models.precedents.index import FaissCaseIndex

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """Everything `build` put together."""

    app: FastAPI
    service: Service
    keyring: KeyRing
    accounts: Accounts
    store: SqlStore


@contextmanager
def build(settings: Settings) -> Iterator[Built]:
    """Put everything together over a database that is up to date; keeps the index and closes it afterwards."""
    engine = connect(settings.database_url)
    try:
        store, keyring, accounts = SqlStore(engine), KeyRing(engine), Accounts(engine)
        classifier = load_classifier(settings)
        encoder = encoder_of(classifier) or models.load_encoder(models.HASHING)
        folder = Path(settings.index_folder)
        keeper = load_precedents(folder, encoder, _last_change(store))
        snapshot = IndexSnapshot(keeper, folder, store)
        service = Service(
            store,
            Moderator(classifier, encoder=encoder, index=keeper.index if keeper is not None else None),
            keeper,
            load_calibration=partial(_calibration, classifier.version if classifier else ""),
            learner=learn,
            reference=getattr(classifier, "reference", None),
            refresh_index=snapshot.refresh,
            tools=load_tools(settings, engine, classifier),
        )
        yield Built(create_app(settings, service, keyring, accounts), service, keyring, accounts, store)
        snapshot.keep()
    finally:
        engine.dispose()


class IndexSnapshot:
    """The index of precedents on disk; what was erased from the store must not outlive it there."""

    def __init__(self, keeper: PrecedentKeeper[FaissCaseIndex] | None, folder: Path, store: SqlStore) -> None:
        self._keeper = keeper
        self._folder = folder
        self._store = store
        self._kept = self._marks()
        if keeper is not None and self._erased() > keeper.rewritten:  # erased while this index was not running
            self.refresh()

    def refresh(self) -> None:
        """Take in what changed and write the snapshot anew, or delete one that cannot be read."""
        if self._keeper is None:
            models.discard_case_index(self._folder)
            return
        with self._store.begin() as unit:
            self._keeper.catch_up(unit)
        marks = self._marks()
        if not models.save_case_index(self._keeper.index, self._folder, *marks):
            models.discard_case_index(self._folder)
        self._kept = marks

    def keep(self) -> None:
        """Write the snapshot where the index has changed since."""
        if self._marks() != self._kept:
            self.refresh()

    def _marks(self) -> tuple[int, int]:
        return (0, 0) if self._keeper is None else (self._keeper.mark, self._keeper.rewritten)

    def _erased(self) -> int:
        with self._store.begin() as unit:
            return unit.erasures.last()


def load_precedents(folder: Path, encoder: Encoder, last: int) -> PrecedentKeeper[FaissCaseIndex] | None:
    """Return the index of precedents, or None where it cannot be had: messages are judged without precedents then."""
    try:
        return PrecedentKeeper(*models.load_case_index(folder, encoder, last))
    except ModelUnavailable as error:
        log.error(
            "NO PRECEDENTS: the index cannot be loaded (%s); decisions do not count for later messages", error.message
        )
        return None


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


def load_tools(settings: Settings, engine: sa.Engine, classifier: Classifier | None) -> Tools:
    """Return what drafts are made with; without a generator that can be loaded the composer writes them."""
    allowed = Allowed.read(settings.feed_allow.split())
    senders: dict[str, Sender] = {
        "webhook": WebhookSender(allowed),
        "file": FileSender(Path(settings.outbox_folder)),
    }
    limits = Limits(tokens=settings.generator_tokens_per_day or None)
    generator = None
    try:
        key_file = Path(settings.generator_key_file) if settings.generator_key_file else None
        generator = models.load_generator(
            settings.generator,
            base_url=settings.generator_base_url,
            key_file=key_file,
            threads=settings.model_threads or None,
        )
    except ModelUnavailable as error:
        log.error(
            "NO GENERATOR: %r cannot be loaded (%s); the composer writes all drafts", settings.generator, error.message
        )
    return Tools(
        encoder=encoder_of(classifier),
        relevance=_relevance(classifier),
        generator=Circuit(generator) if generator is not None else None,
        budget=Budget(SqlLedger(engine), limits),
        fetch=FeedFetcher(allowed).fetch,
        senders=senders,
    )


def _relevance(model: object) -> Relevance | None:
    """What tells whether a text belongs to a theme, where the classifier can."""
    return model if isinstance(model, Relevance) else None
