"""What writes text over facts: a prompt goes in, a text with its price comes out. It has no tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

_MILLION = 1_000_000


class Role(StrEnum):
    """Who speaks in a turn of a prompt."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a prompt."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked. `schema` is the JSON schema its answer should have, None where any text will do.

    A schema is a wish: whoever asks validates the answer, since not every server honours one.
    """

    turns: tuple[Turn, ...]
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, read and written, in the operator's currency. A model of one's own costs nothing."""

    read: float = 0.0
    written: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """The price of so many tokens."""
        return (tokens_in * self.read + tokens_out * self.written) / _MILLION


@dataclass(frozen=True, slots=True)
class Generated:
    """A model's answer. `complete` is false where it was cut at `max_tokens`.

    `seconds` is how long it took, retries included. `counted` says that the tokens were counted by the model's own
    tokenizer; otherwise they are estimated.
    """

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: float
    seconds: float
    complete: bool = True
    counted: bool = True


class Generator(Protocol):
    """Writes text. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The model, such as `openai:qwen3-8b`; it signs the drafts."""
        ...

    @property
    def price(self) -> Price:
        """What its tokens cost."""
        ...

    def generate(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> Generated:
        """Answer a prompt in at most `max_tokens`, before `time.monotonic()` reaches `deadline`.

        Raises GenerationFailed, and nothing else: there is an answer that is not blank, or a reason why not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Usage:
    """What calls of a model used. `failures` are calls that gave no answer."""

    calls: int = 0
    failures: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.failures + other.failures,
            self.tokens + other.tokens,
            self.cost + other.cost,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: Usage) -> Usage:
        return Usage(
            self.calls - other.calls,
            self.failures - other.failures,
            self.tokens - other.tokens,
            self.cost - other.cost,
            self.seconds - other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one community may use on one day; None for no limit."""

    tokens: int | None = None
    cost: float | None = None

    def allow(self, usage: Usage) -> bool:
        """Whether so much is within the limits."""
        return (self.tokens is None or usage.tokens <= self.tokens) and (self.cost is None or usage.cost <= self.cost)


class Ledger(Protocol):
    """Keeps what each community used on each of its days."""

    def take(self, community: str, day: date, most: Usage, limits: Limits) -> bool:
        """Book the most that a call can use, in one atomic step; book nothing and return False where it is too much."""
        ...

    def settle(self, community: str, day: date, most: Usage, used: Usage) -> None:
        """Replace what was booked for a call by what it used."""
        ...

    def spent(self, community: str, day: date) -> Usage:
        """What was used on a day, with what is booked for calls under way."""
        ...
