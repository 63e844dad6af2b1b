"""What turns text into numbers: loaders for the shipped and for the operator's own models."""

from __future__ import annotations

from copilot.errors import ArtifactError
from copilot.ports import Classifier, Encoder
from models.artifacts import read_manifest, resolve
from models.hashing import HashingEncoder
from models.linear import LinearClassifier

DEFAULT_CLASSIFIER = "linear-zh"
DEFAULT_ENCODER = "hashing"

__all__ = ["DEFAULT_CLASSIFIER", "DEFAULT_ENCODER", "load_classifier", "load_encoder"]


def load_classifier(reference: str = DEFAULT_CLASSIFIER) -> Classifier:
    """Load a classifier: the name of a shipped one (`linear-zh`, `linear-zh/1`) or a folder.

    Raises ArtifactError where it is missing, torn or of an unknown kind.
    """
    manifest = read_manifest(resolve(reference))
    if manifest.kind != "linear":
        raise ArtifactError(f"{manifest.id} is of kind {manifest.kind!r}, which this version cannot load")
    return LinearClassifier(manifest)


def load_encoder(reference: str = DEFAULT_ENCODER) -> Encoder:
    """Load an encoder; `hashing` needs no weights. Raises ArtifactError for an unknown one."""
    if reference != DEFAULT_ENCODER:
        raise ArtifactError(f"there is no encoder named {reference!r}")
    return HashingEncoder()
