"""Topics that were published: what must not come again so soon, and what their answers teach.

How well a kind of question does is a rate of answers against the community's own mean. Its prior is a gamma
distribution with mean one; answers are taken as quasi-Poisson, counts divided by their dispersion (Wedderburn, 1974),
so that the posterior is a gamma distribution again. A ranking draws one rate from each posterior (Thompson, 1933):
what did well comes more often, what was seldom tried keeps its chance.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.drafting.likeness import Texts, likeness

WITHIN = timedelta(days=60)
"""For so long nothing like a published topic is asked again."""
_HALF_LIFE = 90.0
_PRIOR = 4.0
"""Topics that the prior is worth: under it a kind does twice as well as the mean once in twenty."""
_SAME_WORDS, _SAME_MEANING, _FEW_WORDS = 0.5, 0.9, 0.25


@dataclass(frozen=True, slots=True)
class PastTopic:
    """One published topic: its question, the pattern and the source it came from, and the answers it had.

    `participants` are the different members who answered, None where that is not known.
    """

    id: str
    question: str
    asked_on: date
    pattern: str = ""
    source: str = ""
    shape: str = ""
    replies: int = 0
    participants: int | None = None

    @property
    def answers(self) -> int:
        """What a topic is judged by: members who answered, else replies."""
        return self.replies if self.participants is None else self.participants


@dataclass(frozen=True, slots=True)
class Rate:
    """A gamma distribution of how a kind of question does, 1 being the community's mean."""

    shape: float = _PRIOR
    rate: float = _PRIOR

    @property
    def mean(self) -> float:
        """The expected rate."""
        return self.shape / self.rate

    def drawn(self, draws: random.Random) -> float:
        """One draw from the distribution."""
        return draws.gammavariate(self.shape, 1 / self.rate)


def learn_rates(past: Sequence[PastTopic], key: Callable[[PastTopic], str], today: date) -> Mapping[str, Rate]:
    """Return what is known of each kind of question, by `key`; a kind never tried has the prior, `Rate()`.

    A topic's weight halves every ninety days. Topics of the last day are still being answered and teach nothing.
    """
    told = [(topic, _weight(topic, today)) for topic in past if topic.asked_on < today - timedelta(1)]
    mean = _mean([topic.answers for topic, _ in told])
    if mean <= 0:
        return {}
    dispersion = max(1.0, _mean([(topic.answers - mean) ** 2 for topic, _ in told]) / mean)
    found: dict[str, Rate] = {}
    for topic, weight in told:
        before = found.get(key(topic), Rate())
        found[key(topic)] = Rate(
            before.shape + weight * topic.answers / dispersion, before.rate + weight * mean / dispersion
        )
    return found


def _weight(topic: PastTopic, today: date) -> float:
    return float(0.5 ** ((today - topic.asked_on).days / _HALF_LIFE))


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known) if known else 0.0


def recent(past: Sequence[PastTopic], today: date) -> list[PastTopic]:
    """Topics that nothing may be like for now."""
    return [topic for topic in past if today - topic.asked_on <= WITHIN]


def repeats(candidates: Texts, i: int, asked: Texts) -> bool:
    """Whether a candidate says again what was asked: in the same words, a near-copy, or other words for the same.

    The encoder alone is no witness, since it finds any two questions of one field alike: of pairs that mean something
    else in `lcqmc` half are above 0.85. So it needs a quarter of the characters' bigrams beside it.
    """
    for j in range(len(asked)):
        words, meaning = likeness(candidates, i, asked, j)
        if words >= _SAME_WORDS or (words >= _FEW_WORDS and meaning >= _SAME_MEANING):
            return True
    return False
