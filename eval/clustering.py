"""How alike two ways of taking a conversation apart are. Every figure lies in [0, 1] but ARI, which is 0 for chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, v_measure_score

from training.threads import bcubed, harmonic

Labels = Sequence[Hashable]

_LOCAL = 3


def one_to_one(found: Labels, gold: Labels) -> float:
    """Share of messages in the best pairing of our threads with theirs (Elsner and Charniak, 2008)."""
    both = Counter(zip(found, gold, strict=True))
    ours, theirs = list(dict.fromkeys(found)), list(dict.fromkeys(gold))
    table = np.array([[both[a, b] for b in theirs] for a in ours])
    rows, columns = linear_sum_assignment(-table)
    return float(table[rows, columns].sum() / len(gold))


def local_agreement(found: Labels, gold: Labels) -> float:
    """Of pairs at most three messages apart, share that both put together or both apart (Elsner and Charniak, 2008)."""
    pairs = [(i, j) for j in range(len(gold)) for i in range(max(0, j - _LOCAL), j)]
    return float(np.mean([(found[i] == found[j]) == (gold[i] == gold[j]) for i, j in pairs])) if pairs else 1.0


def exact_match(found: Labels, gold: Labels) -> float:
    """F of threads found whole and with nothing else in them, single messages left out (Kummerfeld et al., 2019)."""

    def groups(labels: Labels) -> set[frozenset[int]]:
        members: dict[Hashable, set[int]] = {}
        for place, label in enumerate(labels):
            members.setdefault(label, set()).add(place)
        return {frozenset(group) for group in members.values() if len(group) > 1}

    ours, theirs = groups(found), groups(gold)
    return 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours or theirs else 1.0


def agreement(found: Labels, gold: Labels) -> dict[str, float]:
    """Return every measure by name.

    V-measure (Rosenberg and Hirschberg, 2007; it equals mutual information over the mean of the entropies), mutual
    information over the larger entropy, adjusted Rand index (Hubert and Arabie, 1985), B-cubed (Bagga and Baldwin,
    1998).
    """
    ours, theirs = _numbered(found), _numbered(gold)
    precision, recall = bcubed(ours, [str(each) for each in theirs])
    return {
        "V": float(v_measure_score(theirs, ours)),
        "NMI (max)": float(normalized_mutual_info_score(theirs, ours, average_method="max")),
        "ARI": float(adjusted_rand_score(theirs, ours)),
        "one-to-one": one_to_one(found, gold),
        "B3 P": precision,
        "B3 R": recall,
        "B3 F": harmonic(precision, recall),
        "exact F": exact_match(found, gold),
        "local-3": local_agreement(found, gold),
    }


def _numbered(labels: Labels) -> list[int]:
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(label, len(numbers)) for label in labels]
