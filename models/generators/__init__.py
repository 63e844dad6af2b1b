"""Language models behind the generator port, loaded by reference. Their libraries are imported when asked for."""

from __future__ import annotations

import os
from pathlib import Path

from copilot.errors import ArtifactError
from copilot.ports import Generator, Price

KEY_VARIABLE = "COPILOT_GENERATOR_KEY"
"""The environment variable that holds the server's key; read here and nowhere else, so that no setting shows it."""

_SERVER, _LOCAL = "openai:", "transformers:"


def load_generator(
    reference: str,
    *,
    base_url: str = "",
    key_file: Path | None = None,
    price: Price | None = None,
    threads: int | None = None,
) -> Generator | None:
    """Load a generator by reference; None for an empty one, which leaves the writing to the composer.

    `openai:MODEL`: a model on a server that speaks chat completions at `base_url`, such as
    `http://127.0.0.1:11434/v1` (needs the extra `llm`). Its key stands in `key_file`, else in the
    environment variable COPILOT_GENERATOR_KEY; servers of one's own need none.
    `transformers:DIR`: a folder with a causal model and a chat template (needs the extra `transformers`);
    `threads` holds for all of PyTorch in this process.

    Nothing is asked of a server before the first draft. Raises ArtifactError where it cannot be loaded.
    """
    price = price or Price()
    if not reference:
        return None
    if reference.startswith(_SERVER):
        from models.generators.openai_compatible import OpenAICompatibleGenerator

        return OpenAICompatibleGenerator(reference.removeprefix(_SERVER), base_url, key=_key(key_file), price=price)
    if reference.startswith(_LOCAL):
        from models.generators.transformers_local import TransformersGenerator

        return TransformersGenerator(Path(reference.removeprefix(_LOCAL)), price=price, threads=threads)
    raise ArtifactError(f"{reference!r} names no generator; write openai:MODEL or transformers:DIR")


def _key(file: Path | None) -> str:
    if file is None:
        return os.environ.get(KEY_VARIABLE, "").strip()
    try:
        key = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"the key of the generator cannot be read from {file}: {type(error).__name__}") from None
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ArtifactError(f"{file} does not hold a key: one line of printable ASCII is expected")
    return key
