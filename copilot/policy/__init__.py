"""From scores to decisions and measures: bands, ladder, standing, and what keeps automatic removal to its promise.

`decision` decides one message; `community` holds what a community sets. `risk` and `reference` choose thresholds by
evidence, `drift` checks that they keep their promise, `breaker` stands between wish and deed.
"""

from copilot.policy.bands import DEFAULT_BANDS, NEVER_REMOVED, Band, Bands
from copilot.policy.community import CommunityPolicy
from copilot.policy.decision import Automatic, Policy, Verdict, combine
from copilot.policy.ladder import DEFAULT_LADDER, Ladder, Rung, Suggestion, suggest
from copilot.policy.standing import CLEAN_RECORD, Standing, Strike, standing, strikes

__all__ = [
    "CLEAN_RECORD",
    "DEFAULT_BANDS",
    "DEFAULT_LADDER",
    "NEVER_REMOVED",
    "Automatic",
    "Band",
    "Bands",
    "CommunityPolicy",
    "Ladder",
    "Policy",
    "Rung",
    "Standing",
    "Strike",
    "Suggestion",
    "Verdict",
    "combine",
    "standing",
    "strikes",
    "suggest",
]
