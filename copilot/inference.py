"""Everything that is asked of the models while messages are judged, and what happens where one fails."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from copilot.ports import Classifier, Encoder, Relevance
from copilot.text import TextViews, text_views
from copilot.types import Label, RuleSet, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RULE_SETS = 1000
"""Rule sets whose vectors are kept."""

log = logging.getLogger(__name__)


class Inference:
    """Asks one classifier, and the same model for vectors and relevance where it can give them.

    `encoder` gives vectors in place of a classifier that has none, or beside it.

    No failure leaves here: probabilities that cannot be had are None, vectors None, relevance and evidence missing.
    """

    def __init__(self, classifier: Classifier | None, encoder: Encoder | None = None) -> None:
        self._classifier = classifier
        own = encoder_of(classifier)
        self._encoder = encoder or own
        self._knows_meaning = own is not None
        self._relevance = _relevance_of(classifier)
        self._clauses: dict[int, tuple[RuleSet, NDArray[np.float32] | None]] = {}

    @property
    def encoder(self) -> Encoder | None:
        """What gives vectors, if anything does."""
        return self._encoder

    @property
    def knows_relevance(self) -> bool:
        """Whether themes can be judged."""
        return self._relevance is not None

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]] | None:
        """Probabilities, or None where there is no model or it failed."""
        if not views:
            return []
        if self._classifier is None:
            return None
        try:
            return self._classifier.classify(views)
        except Exception:
            log.exception("classifier failed; %d messages go to review", len(views))
            return None

    def vectors(self, views: Sequence[TextViews]) -> NDArray[np.float32] | None:
        """Unit rows, shape (texts, dim), or None."""
        if self._encoder is None or not views:
            return None
        try:
            return self._encoder.encode(views)
        except Exception:
            log.exception("no vectors for %d messages", len(views))
            return None

    def clause_vectors(self, rules: RuleSet) -> NDArray[np.float32] | None:
        """Unit rows, shape (clauses, dim), or None. Kept as long as the rule set is the same object.

        Only the model's own vectors are compared with clauses: those of another encoder find copies, not meaning.
        """
        if not self._knows_meaning:
            return None
        known = self._clauses.get(id(rules))
        if known is not None and known[0] is rules:
            return known[1]
        found = self.vectors([text_views(clause.text) for clause in rules.clauses])
        if len(self._clauses) >= _RULE_SETS:
            self._clauses.clear()
        self._clauses[id(rules)] = rules, found
        return found

    def belongs(
        self,
        themes: Sequence[str],
        views: Sequence[TextViews],
        chosen: Sequence[int],
        examples: Sequence[Sequence[str]],
    ) -> list[float] | None:
        """What `Relevance.belongs` says, or None."""
        if self._relevance is None or not chosen:
            return None
        try:
            return self._relevance.belongs(themes, views, chosen, examples)
        except Exception:
            log.exception("no relevance for %d messages", len(chosen))
            return None

    def evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """An explanation that fails costs the explanation, not the verdict."""
        if self._classifier is None:
            return ()
        try:
            return self._classifier.evidence(view, label)
        except Exception:
            log.exception("no evidence for %s", label)
            return ()


def encoder_of(model: object) -> Encoder | None:
    """The same model, where it gives vectors as well."""
    return model if isinstance(model, Encoder) else None


def _relevance_of(model: object) -> Relevance | None:
    return model if isinstance(model, Relevance) else None
