"""The phrases that the composer may say of itself, read from `phrases/<language>.toml`."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from copilot.drafting.types import Tone
from copilot.errors import InvalidInput

LANGUAGES = ("zh", "en")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase with `{slots}`; `key` is its place in the stock, such as `briefing.opening`."""

    key: str
    template: str

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what has to be filled in, in order."""
        return tuple(_SLOT.findall(self.template))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the phrase with its slots filled."""
        return _SLOT.sub(lambda match: values[match[1]], self.template)

    def pattern(self) -> re.Pattern[str]:
        """Return what matches the phrase filled with anything."""
        parts = _SLOT.split(self.template)
        return re.compile("".join("(.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)), re.S)

    def literals(self) -> tuple[str, ...]:
        """Return what the phrase says between its slots."""
        return tuple(part for i, part in enumerate(_SLOT.split(self.template)) if not i % 2 and part)


@dataclass(frozen=True, slots=True)
class Stock:
    """All phrases of one language: by key, by tone."""

    language: str
    phrases: Mapping[str, Mapping[str, tuple[Phrase, ...]]]

    def of(self, key: str, tone: Tone) -> tuple[Phrase, ...]:
        """Return the phrases of a key in a tone, else for any tone, else the plain ones; none where all are silent."""
        by_tone = self.phrases[key]
        return by_tone.get(tone) or by_tone.get("any") or by_tone.get(Tone.PLAIN) or ()

    def all(self) -> tuple[Phrase, ...]:
        """Return every phrase."""
        return tuple(phrase for tones in self.phrases.values() for found in tones.values() for phrase in found)

    def frames(self) -> frozenset[str]:
        """Return the phrases without slots, which claim nothing."""
        return frozenset(phrase.template for phrase in self.all() if not phrase.slots)


@cache
def stock(language: str) -> Stock:
    """Return the phrases of a language. Raises `InvalidInput` where there are none."""
    if language not in LANGUAGES:
        raise InvalidInput(f"language is {language!r}; the composer writes {' and '.join(LANGUAGES)}", param="language")
    raw = tomllib.loads((files("copilot.drafting") / "phrases" / f"{language}.toml").read_text("utf-8"))
    return Stock(
        language,
        {
            f"{kind}.{key}": {
                tone: tuple(Phrase(f"{kind}.{key}", text) for text in texts) for tone, texts in tones.items()
            }
            for kind, keys in raw.items()
            for key, tones in keys.items()
        },
    )


def rank(seed: str, item: str) -> int:
    """Return a number that looks random and is always the same for a seed and an item."""
    return int.from_bytes(hashlib.blake2b(f"{seed}|{item}".encode("utf-8", "surrogatepass"), digest_size=8).digest())


def choose(found: Sequence[Phrase], seed: str, turn: int = 0, said: Sequence[str] = ()) -> Phrase:
    """Return one of the phrases: the order depends on the seed, the place in it on the turn (such as the day's number).

    Neighbouring turns never get the same phrase where there are two, and one that occurs in what was `said` lately
    is passed over as long as another is left.
    """
    if not found:
        raise ValueError("no phrase to choose from")
    ordered = sorted(found, key=lambda phrase: rank(seed, phrase.template))
    turned = [ordered[(turn + i) % len(ordered)] for i in range(len(ordered))]
    fresh = [phrase for phrase in turned if not any(phrase.pattern().search(text) for text in said)]
    return (fresh or turned)[0]
