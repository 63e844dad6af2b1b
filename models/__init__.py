"""What turns text into numbers or text: loaders for the shipped and for the operator's own models."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from copilot.errors import ArtifactError
from copilot.ports import Classifier, Encoder
from models.artifacts import Manifest, read_manifest, resolve
from models.encoder import EncoderModel
from models.generators import load_generator
from models.hashing import HashingEncoder
from models.linear import LinearClassifier

if TYPE_CHECKING:
    from models.precedents.index import FaissCaseIndex

DEFAULT_CLASSIFIER = "encoder-zh"
FALLBACK_CLASSIFIER = "linear-zh"
DEFAULT_ENCODER = "encoder-zh"
HASHING = "hashing"

__all__ = [
    "DEFAULT_CLASSIFIER",
    "DEFAULT_ENCODER",
    "FALLBACK_CLASSIFIER",
    "HASHING",
    "discard_case_index",
    "load_case_index",
    "load_classifier",
    "load_classifier_or_fallback",
    "load_encoder",
    "load_generator",
    "save_case_index",
]

log = logging.getLogger(__name__)


def load_classifier(reference: str = DEFAULT_CLASSIFIER, threads: int | None = None) -> Classifier:
    """Load a classifier by reference; `threads` of one batch, by default one a core up to two.

    `encoder-zh`, `encoder-zh/1`: a shipped one. A folder with a manifest: one of one's own making.
    `transformers:NAME`: any sequence classifier of the `transformers` library, a folder or a name on the
    hub, whose labels are ours or are mapped in its configuration (needs the extra `transformers`).

    Raises ArtifactError where it is missing, torn or of an unknown kind.
    """
    if reference.startswith("transformers:"):
        from models.backends.transformers import TransformersClassifier

        return TransformersClassifier(reference.removeprefix("transformers:"), threads)
    manifest = read_manifest(resolve(reference))
    if manifest.kind == "linear":
        return LinearClassifier(manifest)
    if manifest.kind == "encoder":
        return _encoder_model(manifest, threads)
    raise ArtifactError(f"{manifest.id} is of kind {manifest.kind!r}, which this version cannot load")


def load_classifier_or_fallback(reference: str = DEFAULT_CLASSIFIER, threads: int | None = None) -> Classifier:
    """Load a classifier; where that fails say so loudly and load the linear one instead.

    Raises ArtifactError where that fails too.
    """
    try:
        return load_classifier(reference, threads)
    except ArtifactError as error:
        if reference.split("/")[0] == FALLBACK_CLASSIFIER:
            raise
        log.error(
            "WEAKER MODEL: the classifier %r cannot be loaded (%s); %r judges instead",
            reference,
            error.message,
            FALLBACK_CLASSIFIER,
        )
        return load_classifier(FALLBACK_CLASSIFIER)


def load_encoder(reference: str = DEFAULT_ENCODER) -> Encoder:
    """Load an encoder by reference: a shipped one, a folder, `hashing`, or `sentence-transformers:NAME`.

    `hashing` needs no weights. Raises ArtifactError for an unknown one.
    """
    if reference == HASHING:
        return HashingEncoder()
    if reference.startswith("sentence-transformers:"):
        from models.backends.sentence_transformers import SentenceTransformersEncoder

        return SentenceTransformersEncoder(reference.removeprefix("sentence-transformers:"))
    manifest = read_manifest(resolve(reference))
    if manifest.kind != "encoder":
        raise ArtifactError(f"{manifest.id} is of kind {manifest.kind!r}, which is no encoder")
    return _encoder_model(manifest)


def _encoder_model(manifest: Manifest, threads: int | None = None) -> EncoderModel:
    name = manifest.options.get("companion")
    companion = load_classifier(name) if name else None
    if companion is not None and not isinstance(companion, LinearClassifier):
        raise ArtifactError(f"{manifest.id} names {name!r} as its companion, which is no linear classifier")
    return EncoderModel(manifest, companion, threads)


def load_case_index(folder: Path, encoder: Encoder, last: int) -> tuple[FaissCaseIndex, Encoder, int, int]:
    """Return an index of precedents, the encoder of its vectors, and the last decision and erasure it has seen.

    The snapshot in the folder where there is one that can be used, else an empty index that has seen nothing. `last`
    is the store's latest change.
    """
    from models.precedents import snapshot
    from models.precedents.index import FaissCaseIndex
    from models.precedents.ranking import Ranking

    ranking = Ranking.load(encoder.version)
    try:
        index, mark, rewritten = snapshot.load(folder, encoder.version, ranking, last)
    except ArtifactError as error:
        if last:
            log.warning("precedents are read from the store: %s", error.message)
        return FaissCaseIndex(encoder.version, encoder.dim, ranking), encoder, 0, 0
    return index, encoder, mark, rewritten


def discard_case_index(folder: Path) -> None:
    """Delete the snapshot, where what was erased must not stay; raises OSError."""
    from models.precedents import snapshot

    snapshot.discard(folder)


def save_case_index(index: FaissCaseIndex, folder: Path, mark: int, rewritten: int = 0) -> bool:
    """Keep a snapshot and say whether that was done; without one the next start takes longer."""
    from models.precedents import snapshot

    try:
        snapshot.save(index, folder, mark, rewritten)
    except OSError as error:
        log.warning("no snapshot of the precedents in %s: %s", folder, error)
        return False
    return True
