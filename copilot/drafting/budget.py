"""What a language model may use, per community and day. The most is booked before a call, so that none goes over it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import date

from copilot.ports import Ledger, Limits, Usage

_ASCII_PER_TOKEN = 3
_ASCII = re.compile(r"[\x00-\x7f]")


def estimate_tokens(text: str) -> int:
    """Tokens of a text for a tokenizer nobody can ask: one a character outside ASCII, one for three within, rounded up.

    Vocabularies that know Chinese need fewer.
    """
    narrow = len(_ASCII.findall(text))
    return len(text) - narrow + -(-narrow // _ASCII_PER_TOKEN)


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits, and the ledger that says what of them is left."""

    ledger: Ledger
    limits: Limits

    def take(self, community: str, day: date, most: Usage) -> bool:
        """Whether a call may use so much; if so, it is booked."""
        return self.ledger.take(community, day, most, self.limits)

    def settle(self, community: str, day: date, most: Usage, used: Usage) -> None:
        """Replace what was booked by what was used."""
        self.ledger.settle(community, day, most, used)


class MemoryLedger:
    """A ledger that lives as long as its process."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, date], Usage] = {}
        self._lock = threading.Lock()

    def take(self, community: str, day: date, most: Usage, limits: Limits) -> bool:
        """Book the most that a call can use; book nothing and return False where it is too much."""
        with self._lock:
            wanted = self._spent.get((community, day), Usage()) + most
            if not limits.allow(wanted):
                return False
            self._spent[community, day] = wanted
            return True

    def settle(self, community: str, day: date, most: Usage, used: Usage) -> None:
        """Replace what was booked for a call by what it used."""
        with self._lock:
            self._spent[community, day] = self._spent.get((community, day), Usage()) - most + used

    def spent(self, community: str, day: date) -> Usage:
        """What was used on a day, with what is booked for calls under way."""
        with self._lock:
            return self._spent.get((community, day), Usage())
