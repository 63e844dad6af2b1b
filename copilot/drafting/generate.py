"""A draft by a language model where one may and can write it, and the composer's in every other case.

A model gets two tries. What it writes has to be readable, cite facts that it was given, and pass the gate; the second
try is told what was wrong with the first. A poll stays the composer's, since its words cite no fact. Nothing that a
model or its server does raises an error here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.drafting.answer import UnreadableAnswer, read_answer, schema
from copilot.drafting.budget import Budget, estimate_tokens
from copilot.drafting.material import Material, gather, plain_name
from copilot.drafting.prompts import first_prompt, repair_prompt
from copilot.drafting.types import Draft, Fact
from copilot.errors import GenerationFailed, InvalidInput
from copilot.ports import Generated, Generator, Prompt, Usage
from copilot.types import Reason

TRIES = 2

log = logging.getLogger(__name__)


class Objection(Protocol):
    """Something that the gate holds against a draft."""

    @property
    def message(self) -> Reason:
        """What is wrong, for people and for the model."""
        ...


Check = Callable[[Draft], Sequence[Objection]]
"""The gate: what it holds against a draft, nothing where it passes."""


class Writer(StrEnum):
    """Who wrote a draft."""

    COMPOSER = "composer"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is asked. `seconds` and `max_tokens` bound the whole and each answer.

    `time_zone` is the community's; facts are told in it, and its midnight begins a new budget. `examples` are drafts
    that the community approved, for their voice. `shown` says how a nickname is shown, "" where it is withheld.
    `most_characters` bounds facts beyond those in the composer's draft.
    """

    time_zone: str = "Asia/Shanghai"
    max_tokens: int = 3_000
    seconds: float = 120.0
    examples: tuple[str, ...] = ()
    shown: Callable[[str], str] = plain_name
    most_characters: int = 4_000

    def __post_init__(self) -> None:
        if self.max_tokens < 1:
            raise InvalidInput("max_tokens has to be at least 1", param="max_tokens")
        if not self.seconds > 0:
            raise InvalidInput("seconds have to be more than 0", param="seconds")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(f"there is no time zone {self.time_zone!r}", param="time_zone") from None


@dataclass(frozen=True, slots=True)
class Try:
    """One answer of a model, and what was wrong with it; nothing where it became the draft."""

    generated: Generated
    problems: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A draft and how it came about. `reason` says why the composer's is used, None where the model's is.

    `objections` is what the gate holds against `draft`: nothing, unless the composer's own draft does not pass and the
    model's did not either. `withheld` are the facts that the model did not get to see.
    """

    draft: Draft
    writer: Writer
    reason: Reason | None
    tries: tuple[Try, ...] = ()
    objections: tuple[Objection, ...] = ()
    withheld: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return sum(one.generated.tokens_in + one.generated.tokens_out for one in self.tries)

    @property
    def cost(self) -> float:
        """What the answers cost."""
        return sum(one.generated.cost for one in self.tries)

    @property
    def seconds(self) -> float:
        """How long the model took."""
        return sum(one.generated.seconds for one in self.tries)


def draft(
    composed: Draft,
    generator: Generator | None,
    check: Check,
    budget: Budget,
    now: datetime,
    *,
    further: Sequence[Fact] = (),
    options: Options | None = None,
) -> Outcome:
    """Return a model's version of the composer's draft, or the composer's own; it never raises for a model's failure.

    `further` are facts that the model may use beyond those of the composer's draft, the most important first. `now`
    (with a time zone) says whose day's budget is used. Raises InvalidInput for a `now` without a time zone.
    """
    if now.tzinfo is None:
        raise InvalidInput("now needs a time zone", param="now")
    if generator is None:
        return _fallback(composed, check, NO_MODEL)
    options = options or Options()
    zone = ZoneInfo(options.time_zone)
    material = gather(composed, further, options.examples, zone, options.most_characters, options.shown)
    if not material.facts:
        return replace(_fallback(composed, check, NO_FACTS), withheld=material.withheld)
    attempts = _Attempts(composed, further, generator, check, budget, now.astimezone(zone).date(), material, options)
    outcome = attempts.run() or _fallback(composed, check, attempts.reason)
    return replace(outcome, tries=tuple(attempts.tries), withheld=material.withheld)


def _fallback(composed: Draft, check: Check, reason: Reason) -> Outcome:
    return Outcome(composed, Writer.COMPOSER, reason, objections=tuple(check(composed)))


class _Attempts:
    """The tries at one draft."""

    def __init__(
        self,
        composed: Draft,
        further: Sequence[Fact],
        generator: Generator,
        check: Check,
        budget: Budget,
        day: date,
        material: Material,
        options: Options,
    ) -> None:
        facts = {fact.id: fact for fact in (*further, *composed.facts)}
        self._composed = replace(composed, facts=tuple(facts.values()))
        self._generator, self._check, self._budget = generator, check, budget
        self._day, self._material, self._options = day, material, options
        self._deadline = time.monotonic() + options.seconds
        self.tries: list[Try] = []
        self.reason = NOT_PASSED
        self._may_ask_again = False

    def run(self) -> Outcome | None:
        """The outcome of the first try that passes, None where none does; `reason` says why then."""
        prompt = first_prompt(self._composed.kind, self._composed.tone, self._material, schema(self._material))
        for _ in range(TRIES):
            generated = self._ask(prompt)
            if generated is None and not self._may_ask_again:
                return None
            if generated is None:
                continue
            written, problems = self._judged(generated)
            self.tries.append(Try(generated, problems))
            self.reason = NOT_PASSED
            if written is not None and not problems:
                return Outcome(written, Writer.MODEL, None)
            prompt = repair_prompt(prompt, generated.text, problems, self._material)
        return None

    def _ask(self, prompt: Prompt) -> Generated | None:
        """The model's answer, booked; None, with the reason, where there is no money or no answer."""
        generator, community = self._generator, self._composed.community
        tokens_in = sum(estimate_tokens(turn.text) for turn in prompt.turns)
        limit = self._options.max_tokens
        most = Usage(1, 0, tokens_in + limit, generator.price.cost(tokens_in, limit))
        self._may_ask_again = False
        if not self._budget.take(community, self._day, most):
            self.reason = SPENT
            return None
        used, started = replace(most, failures=1), time.monotonic()
        try:
            generated = generator.generate(prompt, max_tokens=limit, deadline=self._deadline)
            tokens = generated.tokens_in + generated.tokens_out
            used = Usage(1, 0, tokens, generated.cost, generated.seconds)
            return generated
        except GenerationFailed as error:
            self.reason = _failed(error)
            used = used if error.asked else Usage(1, 1)
            # What was refused outright the generator has tried again itself, as often as it makes sense.
            self._may_ask_again = error.retryable and error.asked and time.monotonic() < self._deadline
        except Exception:
            log.exception("the generator %s raised what no generator may", generator.name)
            self.reason = BROKEN
        finally:
            if used.failures:
                used = replace(used, seconds=time.monotonic() - started)
            self._budget.settle(community, self._day, most, used)
        return None

    def _judged(self, generated: Generated) -> tuple[Draft | None, tuple[Reason, ...]]:
        """The draft in an answer, and everything that is wrong with it."""
        if not generated.complete:
            return None, (CUT,)
        try:
            lines = read_answer(generated.text, self._material)
            written = replace(self._composed, lines=lines, written_by=generated.model)
            return written, tuple(objection.message for objection in self._check(written))
        except UnreadableAnswer as error:
            return None, error.problems
        except Exception:
            log.exception("a draft by %s broke its check", generated.model)
            return None, (UNCHECKED,)


def _failed(error: GenerationFailed) -> Reason:
    return Reason(f"语言模型没有给出回答（{error.message}）", f"The language model gave no answer: {error.message}.")


NO_MODEL = Reason("没有配置语言模型", "No language model is set up.")
NO_FACTS = Reason("没有可以交给语言模型的资料", "There are no facts that a language model may see.")
SPENT = Reason("今天给语言模型的额度用完了", "Today's budget for the language model is spent.")
NOT_PASSED = Reason("语言模型写的没有通过核对", "What the language model wrote did not pass the check.")
BROKEN = Reason("语言模型出了意外的错误", "The language model broke in an unexpected way.")
CUT = Reason("写得太长，没有写完就断了", "It is too long and was cut before its end.")
UNCHECKED = Reason("这一份没法核对", "This one could not be checked.")
