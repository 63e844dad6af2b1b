"""Learn a community's calibration from what its people decided, and adopt it only on evidence.

Each block of decisions is predicted from the earlier ones alone, and the product of the likelihood ratios of the new
prediction against the current one is an e-value: were the current one right, it would ever reach 1/alpha with a
probability of at most alpha, however often one looks (Ville, 1939; Shafer, "Testing by betting", JRSS A, 2021; Ramdas
et al., "Game-theoretic statistics and safe anytime-valid inference", Statistical Science, 2023). So `fit_head` may be
asked every day. Then it must not do worse at the thresholds where something happens.

Only decisions at or above the review band count (`models.head` says why). That they were decided must not depend on
what they were: where removal is automatic, hand in removals that were audited at random, not those appealed against.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from copilot.policy import DEFAULT_BANDS, Band, Bands
from copilot.text import text_views
from copilot.types import Case, Label, Resolution
from models.head import Codes, CommunityHead, Correction, Floats, fit_correction

Decided = tuple[Case, Resolution]
Flags = NDArray[np.bool_]

ALPHA = 0.05
"""Chance of ever adopting anything in a community where the current probabilities are right."""
_FIRST_FIT = 10
_GROWTH = 1.5
"""Refits while testing come after 10 decisions, then each time there are half as many more, however many follow."""
_DEAREST_LOOK = 0.5
"""However high the review band, a needless look never counts for more than a harmful message that nobody sees."""
_FORMS = 2
"""Corrections that are tried a label: one that may move what goes to review, and one that may not."""
_WITHOUT_ANY = 0.5
"""Share of the evidence needed that must remain whoever's decisions are left out."""
_SURE = 1.645
"""Standard errors by which fewer looks must be worth it."""


class Outcome(StrEnum):
    """What became of a label's correction, and why."""

    ADOPTED = "adopted"
    TOO_FEW = "too_few"
    NO_EVIDENCE = "no_evidence"
    ONE_PERSON = "one_person"
    WORSE_AT_REVIEW = "worse_at_review"
    WORSE_AT_REMOVE = "worse_at_remove"


@dataclass(frozen=True, slots=True)
class Figures:
    """How probabilities did on held-back decisions; None where nothing can be counted.

    Recall is of the harmful messages among those that were reviewed, not among all that were written.
    """

    log_loss: float | None
    calibration_error: float | None
    review_precision: float | None
    review_recall: float | None
    remove_precision: float | None
    remove_recall: float | None


@dataclass(frozen=True, slots=True)
class LabelReport:
    """What the decisions say of one label.

    `pinned` says that what goes to review stays as it is, and only the probabilities above change. `decided` messages
    were looked at on its account, `held_back` of them counted in the test: the first of each author and text, decided
    after what the current correction was fitted on, once others had decided ten. `evidence` is the natural log of the
    e-value and `needed` what it must reach; `before` and `after` are on the same held-back decisions.
    """

    label: Label
    outcome: Outcome
    pinned: bool
    decided: int
    held_back: int
    evidence: float
    needed: float
    before: Figures
    after: Figures


@dataclass(frozen=True, slots=True)
class Fitted:
    """The head to use from now on, and per label why; `unusable` decisions were about other models' scores."""

    head: CommunityHead
    labels: tuple[LabelReport, ...]
    unusable: int


@dataclass(frozen=True, slots=True)
class _Sample:
    """Decisions about one label in order of time: the model's probability and the current one, whether it was carried,
    who wrote and who decided; `fresh` ones may count as evidence."""

    band: Band
    score: Floats
    before: Floats
    carried: Floats
    author: Codes
    actor: Codes
    fresh: Flags
    at: Sequence[datetime]

    @property
    def sole(self) -> bool:
        """Whether one person decided everything, so that there is nobody else to ask."""
        return not self.actor.any()


def fit_head(decided: Iterable[Decided], bands: Bands, model: str, current: CommunityHead | None = None) -> Fitted:
    """Refit a community's head on its decisions and return what to use from now on, with a report.

    `bands` are those in force, `model` the version whose scores are corrected: decisions about other models' scores
    are left out, and so is a `current` head of another model. Deterministic; the order given does not matter.
    """
    if current is None or current.model != model:
        current = CommunityHead(model)
    every = sorted(decided, key=lambda pair: (pair[1].decided_at, pair[0].id or 0, pair[0].message.id))
    usable = [(c, r) for c, r in every if c.assessment.versions.model == model and c.assessment.model_scores]
    samples: dict[Label, _Sample] = {}
    for label in Label:
        sample = _sample(label, usable, bands.get(label) or DEFAULT_BANDS[label], current.corrections.get(label))
        if len(sample.score):
            samples[label] = sample
    tests = _FORMS * sum(len(sample.score) > _FIRST_FIT for sample in samples.values())
    needed = float(np.log(max(tests, 1) / ALPHA))
    reports, corrections = [], dict(current.corrections)
    for label, sample in samples.items():
        free, pinned = (_compare(label, sample, needed, pinned=pinned) for pinned in (False, True))
        better = pinned.outcome is Outcome.ADOPTED and free.outcome is not Outcome.ADOPTED
        reports.append(pinned if better else free)
        if reports[-1].outcome is Outcome.ADOPTED:
            corrections[label] = _fit(sample, np.arange(len(sample.score)), pinned=better)
    return Fitted(CommunityHead(model, corrections), tuple(reports), len(every) - len(usable))


def _sample(label: Label, decided: Sequence[Decided], band: Band, current: Correction | None) -> _Sample:
    """The decisions on messages that were looked at because of this label's score."""
    score = np.array([case.assessment.model_scores.get(label, 0.0) for case, _ in decided])
    later = np.array([current is not None and r.decided_at > current.until for _, r in decided], dtype=bool)
    before = current.apply(score) if current else score
    # since the current correction holds, what it took below the band is only seen when reported
    seen = (score >= band.review) & (~later | (before >= band.review))
    chosen = [decided[i] for i in np.flatnonzero(seen).tolist()]
    author = [f"by {c.message.author}" if c.message.author else f"unknown {i}" for i, (c, _) in enumerate(chosen)]
    return _Sample(
        band,
        score[seen],
        before[seen],
        np.array([float(label in resolution.labels) for _, resolution in chosen]),
        np.unique(author, return_inverse=True)[1],
        np.unique([resolution.actor for _, resolution in chosen], return_inverse=True)[1],
        _first(zip(author, (text_views(case.message.text).normal.text for case, _ in chosen), strict=True))
        & (later[seen] | (current is None)),
        [resolution.decided_at for _, resolution in chosen],
    )


def _first(pairs: Iterable[tuple[str, str]]) -> Flags:
    """Whether neither author nor text came before: what one author or one template says again is no new evidence."""
    authors: set[str] = set()
    texts: set[str] = set()
    fresh = []
    for author, text in pairs:
        fresh.append(author not in authors and text not in texts)
        authors.add(author)
        texts.add(text)
    return np.array(fresh, dtype=bool)


def _compare(label: Label, sample: _Sample, needed: float, *, pinned: bool) -> LabelReport:
    """Try a new correction against the current one on decisions that neither was fitted on."""
    band = sample.band
    after, predicted = _predict(sample, pinned=pinned)
    held = sample.fresh & predicted
    truth, before, after = sample.carried[held], sample.before[held], after[held]
    ratios, actors = _loss(truth, before) - _loss(truth, after), sample.actor[held]
    evidence = float(ratios.sum())
    others = [float(ratios[(actors != actor) | sample.sole].sum()) for actor in np.unique(actors)]
    cost = min(band.review, _DEAREST_LOOK)
    looked = _worth(truth, after >= band.review, cost) - _worth(truth, before >= band.review, cost)
    removed = _worth(truth, (after >= band.remove) & (before < band.remove), min(band.remove, 1 - 1e-9))
    if not held.any():
        outcome = Outcome.TOO_FEW
    elif evidence < needed:
        outcome = Outcome.NO_EVIDENCE
    elif min(others) < needed * _WITHOUT_ANY:
        outcome = Outcome.ONE_PERSON
    elif looked.sum() < _SURE * np.sqrt((looked**2).sum()):
        outcome = Outcome.WORSE_AT_REVIEW
    elif removed.sum() < 0:
        outcome = Outcome.WORSE_AT_REMOVE
    else:
        outcome = Outcome.ADOPTED
    figures = _figures(truth, before, band), _figures(truth, after, band)
    return LabelReport(label, outcome, pinned, len(sample.score), len(truth), evidence, needed, *figures)


def _predict(sample: _Sample, *, pinned: bool) -> tuple[Floats, Flags]:
    """Corrected probabilities, each from earlier decisions by other people than who decided this one, and which are so.

    So nobody can vouch for himself.
    """
    after, predicted = sample.before.copy(), np.zeros(len(sample.score), dtype=bool)
    for start, end in pairwise(_schedule(len(after))):
        block = np.arange(start, end)
        for actor in np.unique(sample.actor[start:end]):
            past = np.flatnonzero((sample.actor[:start] != actor) | sample.sole)
            asked = block[sample.actor[start:end] == actor]
            if len(past) >= _FIRST_FIT:
                after[asked] = _fit(sample, past, pinned=pinned).apply(sample.score[asked])
                predicted[asked] = True
    return after, predicted


def _schedule(count: int) -> list[int]:
    """Where refits fall among so many decisions: the same places however many follow."""
    places = [_FIRST_FIT]
    while places[-1] < count:
        places.append(int(np.ceil(places[-1] * _GROWTH)))
    return [min(place, count) for place in places]


def _fit(sample: _Sample, chosen: Codes, *, pinned: bool) -> Correction:
    return fit_correction(
        sample.score[chosen],
        sample.carried[chosen],
        sample.author[chosen],
        sample.actor[chosen],
        edge=sample.band.review,
        until=sample.at[int(chosen[-1])],
        pinned=pinned,
    )


def _worth(truth: Floats, acted: Flags, threshold: float) -> Floats:
    """Net benefit of acting on these, in messages rightly acted on (Vickers and Elkin, Med. Decision Making, 2006).

    Who acts from a probability t on holds a false alarm to cost t / (1 - t) of what a hit is worth.
    """
    return acted * (truth - (1 - truth) * threshold / (1 - threshold))


def _figures(truth: Floats, probability: Floats, band: Band) -> Figures:
    if not len(truth):
        return Figures(None, None, None, None, None, None)
    bins = np.minimum((probability * 10).astype(int), 9)
    gaps = [abs(float((truth - probability)[bins == b].sum())) for b in range(10)]
    review = _at(truth, probability >= band.review)
    remove = _at(truth, probability >= band.remove)
    return Figures(float(_loss(truth, probability).mean()), sum(gaps) / len(truth), *review, *remove)


def _at(truth: Floats, acted: Flags) -> tuple[float | None, float | None]:
    """Precision and recall of acting on these."""
    right = float(truth[acted].sum())
    return (right / int(acted.sum()) if acted.any() else None, right / float(truth.sum()) if truth.any() else None)


def _loss(truth: Floats, probability: Floats) -> Floats:
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return -np.log(np.where(truth == 1, p, 1 - p))
