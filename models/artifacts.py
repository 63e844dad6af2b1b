"""Artefacts: folders with a manifest, each file verified by its SHA-256 before it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from copilot.errors import ArtifactError
from copilot.policy import Band
from copilot.types import Label

MANIFEST = "manifest.json"
SHIPPED = Path(str(files("models"))) / "artifacts"
"""Where the weights that come with this distribution lie, as `<name>/<version>/`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artefact's manifest says, with the folder it was read from."""

    folder: Path
    name: str
    version: str
    kind: str
    labels: tuple[Label, ...]
    bands: Mapping[Label, Band]
    options: Mapping[str, Any]
    files: frozenset[str]

    @property
    def id(self) -> str:
        """Name and version in one word, such as `encoder-zh/1`."""
        return f"{self.name}/{self.version}"


def resolve(reference: str) -> Path:
    """Return the folder that a reference names: a path, `name/version`, or `name` for its newest."""
    path = Path(reference)
    if (path / MANIFEST).is_file():
        return path
    shipped = SHIPPED / reference
    if (shipped / MANIFEST).is_file():
        return shipped
    versions = sorted(
        (p.parent for p in shipped.glob(f"*/{MANIFEST}") if p.parent.name.isdigit()), key=lambda p: int(p.name)
    )
    if not versions:
        raise ArtifactError(f"there is no model artefact named {reference!r}")
    return versions[-1]


def read_manifest(folder: Path) -> Manifest:
    """Read and verify an artefact; raises ArtifactError where a file is missing or differs."""
    try:
        raw = json.loads((folder / MANIFEST).read_text("utf-8"))
        if not raw["files"]:
            raise ArtifactError(f"the manifest in {folder} names no files")
        for name, digest in raw["files"].items():
            _verify(folder / name, digest)
        return Manifest(
            folder=folder,
            name=raw["name"],
            version=raw["version"],
            kind=raw["kind"],
            labels=tuple(Label(label) for label in raw["labels"]),
            bands={Label(label): Band(**band) for label, band in raw["bands"].items()},
            options=raw["options"],
            files=frozenset(raw["files"]),
        )
    except ArtifactError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"the manifest in {folder} cannot be used: {error}") from error


def _verify(path: Path, digest: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error}") from error
    if found != digest:
        raise ArtifactError(f"{path} is not the file that its manifest names (sha256 differs)")


def require_verified(manifest: Manifest, *names: str) -> None:
    """Raise ArtifactError where the manifest does not vouch for one of these files."""
    missing = [name for name in names if name not in manifest.files]
    if missing:
        raise ArtifactError(f"the manifest in {manifest.folder} does not vouch for {', '.join(missing)}")
