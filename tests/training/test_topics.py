"""The scorer of topic prompts is fitted on some communities and says what it was fitted on."""

import json

import numpy as np

from copilot.drafting.topics.fitness import FEATURES
from training.topics import OUT, communities, fit, strangers


def test_no_community_is_in_two_parts():
    parts = [{c.id for c in communities(part)} for part in ("train", "dev", "test")]
    assert sum(map(len, parts)) == len(set().union(*parts)) == 46
    assert all(parts)


def test_strangers_are_fitting_prompts_of_other_communities():
    own = list(communities("dev"))
    fitting = {text: c.id for c in own for text, fits in zip(c.texts, c.fits, strict=True) if fits}
    for community, texts in strangers(own):
        assert texts
        assert all(fitting[text] != community.id for text in texts)


def test_the_weights_in_use_have_every_feature_on_its_side():
    weights = json.loads(OUT.read_text("utf-8"))
    assert list(weights) == ["bias", *FEATURES]
    assert max(weights[name] for name in ("vague", "unwanted", "off_limits")) < 0
    assert min(weights[name] for name in ("relevance", "shared", "field", "concrete", "asks")) > 0


def test_a_fit_follows_the_evidence_but_never_to_the_wrong_side():
    rng = np.random.default_rng(0)
    rows = rng.random((400, 1 + len(FEATURES)))
    rows[:, 0] = 1
    concrete, vague = 1 + FEATURES.index("concrete"), 1 + FEATURES.index("vague")
    fits = (rows[:, concrete] + rows[:, vague] > 1).astype(float)
    weights = fit(rows, fits)
    assert weights[concrete] > 1
    assert weights[vague] == 0  # spoke for a prompt here, which it must not
