"""Texts as the encoder reads them: one token a character, each with the syllable it sounds like.

The form is the resolved view with links and accounts as signs, long numbers as zeros, and Latin
pinyin as one token a syllable, so that 加微信, jia wei xin and 佳薇芯 meet in their syllables even where
no table restores them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.text import TextViews, View
from copilot.text.syllables import pinyin_edits, readings, syllable_codes
from models.features import signs

PAD, UNKNOWN, PLAIN, EDITED, MASK = range(5)
"""Ids of the special tokens. A text begins with PLAIN, or EDITED where its normaliser restored hidden words."""
SPECIALS = ("[PAD]", "[UNK]", "[PLAIN]", "[EDITED]", "[MASK]")
LONGEST = 128
"""Tokens that are read at once, the first one included; longer texts are read in windows."""
_NARROW, _OVERLAP = 40, 20
"""Characters of a long text's windows, and how many two neighbours share."""

_LONG_NUMBER = re.compile(r"[0-9]{4,}")
_SPACES = re.compile(r"\s+")

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """One text: ids, shape (length,), the first one PLAIN or EDITED, and the view they stand for."""

    ids: list[int]
    syllables: list[int]
    form: View


def reading_form(views: TextViews) -> View:
    """Return the form of a text that the encoder reads, with its offset map."""
    view = signs(views.resolved)
    text = view.text
    edits = [(m.start(), m.end(), "0" * len(m.group())) for m in _LONG_NUMBER.finditer(text)]
    if not text.isprintable() or "  " in text:
        edits += [(m.start(), m.end(), " ") for m in _SPACES.finditer(text) if m.group() != " "]
    view = view.edited(sorted(edits))
    return view.edited(pinyin_edits(view.text))


class Vocabulary:
    """Characters and syllables with their ids; an unknown character still has its syllable."""

    def __init__(self, characters: Sequence[str]) -> None:
        self.characters = tuple(characters)
        self._ids = {char: index for index, char in enumerate((*SPECIALS, *characters)) if index >= len(SPECIALS)}
        self._syllables = _Syllables()

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """Read a vocabulary; raises OSError or ValueError where that fails."""
        characters = json.loads(path.read_text("utf-8"))["characters"]
        if not isinstance(characters, list) or not all(isinstance(c, str) and len(c) == 1 for c in characters):
            raise ValueError(f"{path} does not hold a list of characters")
        return cls(characters)

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps({"characters": self.characters}, ensure_ascii=False) + "\n", "utf-8")

    def __len__(self) -> int:
        return len(SPECIALS) + len(self.characters)

    @property
    def syllable_count(self) -> int:
        """Number of syllable ids, 0 for none included."""
        return len(syllable_codes()) + 1

    def tokens(self, views: TextViews) -> Tokens:
        """Return a whole text's tokens; `windows` cuts long ones."""
        form = reading_form(views)
        ids, syllables = self.form_ids(form.text, views.resolved.text != views.normal.text)
        return Tokens(ids, syllables, form)

    def form_ids(self, form: str, edited: bool) -> tuple[list[int], list[int]]:
        """Return ids and syllables of a reading form, the opening token included."""
        ids = self._ids
        return (
            [EDITED if edited else PLAIN, *(ids.get(char, UNKNOWN) for char in form)],
            [0, *map(self._syllables.__getitem__, form)],
        )


class _Syllables(dict[str, int]):
    """Syllable id of each character, 0 where it has none; syllable codes stand for themselves."""

    def __init__(self) -> None:
        super().__init__()
        self._index = {name: index + 1 for index, name in enumerate(syllable_codes())}
        self.update({code: self._index[name] for name, code in syllable_codes().items()})

    def __missing__(self, char: str) -> int:
        heard = readings(char)
        index = self._index.get(heard[0], 0) if heard else 0
        if len(self) < 70_000:
            self[char] = index
        return index


def windows(tokens: Tokens) -> list[tuple[int, list[int], list[int]]]:
    """Return (offset into the form, ids, syllables): a text as it is, or a long one in narrow windows that overlap.

    Narrow, so that an advert between harmless sentences fills most of one window.
    """
    if len(tokens.ids) <= LONGEST:
        return [(0, tokens.ids, tokens.syllables)]
    body = len(tokens.ids) - 1
    return [
        (
            start,
            [tokens.ids[0], *tokens.ids[1 + start : 1 + start + _NARROW]],
            [0, *tokens.syllables[1 + start : 1 + start + _NARROW]],
        )
        for start in range(0, body - _OVERLAP, _NARROW - _OVERLAP)
    ]


def padded(rows: Sequence[Sequence[int]]) -> Ids:
    """Return rows as one array, shape (rows, longest row), filled up with PAD."""
    width = max(map(len, rows))
    out = np.zeros((len(rows), width), dtype=np.int64)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
    return out
