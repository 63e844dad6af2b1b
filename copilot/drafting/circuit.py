"""A generator that leaves a failing one in peace for a while, so that no draft waits for a server that is down."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from copilot.errors import GenerationFailed
from copilot.ports import Generated, Generator, Price, Prompt


class Circuit:
    """Stands before a generator. After `failures` in a row it refuses at once, for `pause` seconds.

    Then one call is let through: if it succeeds all is well, if not the next pause is twice as long, at most
    `longest`, and at least as long as the server asked. Safe to call from several threads.
    """

    def __init__(
        self,
        generator: Generator,
        *,
        failures: int = 3,
        pause: float = 60.0,
        longest: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._generator = generator
        self._allowed, self._pause, self._longest = failures, pause, longest
        self._clock = clock
        self._failed = 0
        self._until = -math.inf
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's."""
        return self._generator.name

    @property
    def price(self) -> Price:
        """The model's."""
        return self._generator.price

    @property
    def paused_for(self) -> float:
        """Seconds until the next call is let through; 0 where calls go through."""
        with self._lock:
            return max(0.0, self._until - self._clock())

    def generate(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> Generated:
        """Pass a prompt on. Raises GenerationFailed where the model failed, or failed too often just now."""
        self._enter()
        try:
            generated = self._generator.generate(prompt, max_tokens=max_tokens, deadline=deadline)
        except Exception as error:
            self._count(error.retry_after if isinstance(error, GenerationFailed) else None)
            raise
        with self._lock:
            self._failed, self._until = 0, -math.inf
        return generated

    def _enter(self) -> None:
        """Refuse while paused; the one call after a pause keeps others out until it is over."""
        with self._lock:
            now = self._clock()
            if now < self._until:
                wait = self._until - now
                raise GenerationFailed(
                    f"{self.name} failed {self._failed} times in a row; it is asked again in {wait:.0f} s",
                    retryable=True,
                    retry_after=wait,
                    asked=False,
                )
            if self._failed >= self._allowed:
                self._until = now + self._length(None)

    def _count(self, asked: float | None) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._allowed:
                self._until = self._clock() + self._length(asked)

    def _length(self, asked: float | None) -> float:
        """How long to pause after so many failures."""
        doubled = self._pause * 2.0 ** min(32, max(0, self._failed - self._allowed))
        return min(self._longest, max(doubled, asked or 0.0))
