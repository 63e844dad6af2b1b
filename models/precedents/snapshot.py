"""The index of precedents on disk: written whole or not at all, and verified before it is used.

A folder holds one file a segment and a manifest that names them with their SHA-256; the manifest is replaced last, in
one step, so that a reader finds the old snapshot or the new one. What was forgotten is not in it. A snapshot that
cannot be used raises ArtifactError; whoever asked for it begins with an empty index and reads the store from the start.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from copilot.errors import ArtifactError
from models.precedents.index import FaissCaseIndex
from models.precedents.ranking import Ranking
from models.precedents.segment import Segment

_MANIFEST = "manifest.json"
_FORMAT = 1


def save(index: FaissCaseIndex, folder: Path, mark: int, rewritten: int = 0) -> int:
    """Write what the index holds; return the number of cases.

    `mark` and `rewritten` are the last decision and the last erasure in the store that the index had seen before this
    call: what is taken in meanwhile may be in the snapshot already, and taking it in again does no harm. Raises OSError
    where it cannot be written; the snapshot that was there stands then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    generation = secrets.token_hex(4)
    files: dict[str, str] = {}
    communities: dict[str, list[str]] = {}
    cases = 0
    try:
        for community, segments in index.segments.items():
            communities[community] = []
            for segment in segments:
                name = f"{generation}-{len(files)}.npz"
                arrays: dict[str, Any] = segment.dump()
                files[name] = _write(folder / name, partial(np.savez, **arrays))
                communities[community].append(name)
                cases += int(arrays["alive"].sum())
        manifest = {
            "format": _FORMAT,
            "encoder": index.version,
            "ranking": index.ranking,
            "dim": index.dim,
            "mark": mark,
            "rewritten": rewritten,
            "cases": cases,
            "communities": communities,
            "files": files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        _write(folder / f"{generation}.json", lambda file: file.write(text))
        (folder / f"{generation}.json").replace(folder / _MANIFEST)
    except BaseException:
        _clear(folder, lambda name: name.startswith(generation))
        raise
    _clear(folder, lambda name: name != _MANIFEST and name not in files)
    return cases


def load(folder: Path, encoder: str, ranking: Ranking, last: int) -> tuple[FaissCaseIndex, int, int]:
    """Return the index and its marks, of decisions and of erasures: what came after them is still to be taken in.

    `last` is the store's latest change. Raises ArtifactError where there is no snapshot, it is torn, holds another
    encoder's vectors, or has seen more than the store knows of (the store was put back to an earlier day).
    """
    try:
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if manifest["format"] != _FORMAT:
            raise ArtifactError(f"the snapshot in {folder} has format {manifest['format']}, expected {_FORMAT}")
        if (manifest["encoder"], manifest["ranking"]) != (encoder, ranking.version):
            raise ArtifactError(f"the snapshot in {folder} was made with {manifest['encoder']}, {manifest['ranking']}")
        if manifest["mark"] > last:
            raise ArtifactError(
                f"the snapshot in {folder} has seen change {manifest['mark']}, the store ends at {last}"
            )
        segments = {
            community: [_read(folder / name, manifest["files"][name]) for name in names]
            for community, names in manifest["communities"].items()
        }
        index = FaissCaseIndex(encoder, manifest["dim"], ranking, segments)
        if len(index) != manifest["cases"]:
            raise ArtifactError(f"the snapshot in {folder} holds {len(index)} cases, expected {manifest['cases']}")
        return index, int(manifest["mark"]), int(manifest.get("rewritten", 0))
    except ArtifactError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ArtifactError(f"the snapshot in {folder} cannot be used: {error}") from error


def _write(path: Path, fill: Callable[[BinaryIO], object]) -> str:
    """Write a file through to the disk and return its digest."""
    with path.open("wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    return _digest(path)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path, digest: str) -> Segment:
    if _digest(path) != digest:
        raise ArtifactError(f"{path} is not the file that its manifest names (sha256 differs)")
    with np.load(path, allow_pickle=False) as arrays:
        return Segment.restore({name: arrays[name] for name in arrays.files})


def _clear(folder: Path, chosen: Callable[[str], bool]) -> None:
    for path in folder.iterdir():
        if path.suffix in (".npz", ".json") and chosen(path.name):
            path.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Delete the snapshot; the next start reads the store. Raises OSError."""
    if folder.is_dir():
        _clear(folder, lambda name: True)
