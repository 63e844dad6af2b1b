"""What every index of precedents promises, whatever it is made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models
from copilot.text import text_views
from copilot.types import DecidedCase, Decision, Label, Likeness

ENCODER = models.load_encoder(models.HASHING)
TEXTS = (
    "招兼职打字员日结三百加我",
    "招兼职打字圆日结三佰➕我",
    "今晚七点小区门口集合",
    "",
    "[图片]",
    "\ud800",
    "哈哈哈",
)
NAMES = ("one", "two", "library:rumors", "one ")


@pytest.fixture
def make_index(tmp_path):
    return lambda: models.load_case_index(tmp_path / "none", ENCODER, 0)[0]


def case(number, text=TEXTS[0], community="one", decision=Decision.REMOVE, labels=(Label.ADS,)):
    return DecidedCase(number, community, text, decision, labels)


def add(index, *cases):
    index.add(cases, ENCODER.encode([text_views(c.text) for c in cases]))


def find(index, text, *scope, k=5):
    views = [text_views(text)]
    return index.search(views, ENCODER.encode(views), [scope], k)[0]


@settings(max_examples=40, deadline=None)
@given(
    kept=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(TEXTS)), max_size=12),
    asked=st.sampled_from(TEXTS),
    scope=st.sets(st.sampled_from(NAMES)),
    k=st.integers(0, 20),
)
def test_no_case_ever_leaves_its_community(tmp_path_factory, kept, asked, scope, k):
    index, *_ = models.load_case_index(tmp_path_factory.mktemp("i"), ENCODER, 0)
    add(index, *(case(number, text, community) for number, (community, text) in enumerate(kept)))
    found = find(index, asked, *scope, k=k)
    assert {precedent.community for precedent in found} <= scope
    assert len(found) <= k
    assert len({(p.community, p.case_id) for p in found}) == len(found)
    for precedent in found:
        assert kept[precedent.case_id][0] == precedent.community
        assert 0 <= precedent.similarity <= 1


def test_the_same_words_come_before_a_cloaked_copy_and_both_before_the_rest(make_index):
    index = make_index()
    add(index, case(1, "今晚七点小区门口集合领月饼"), case(2, TEXTS[1]), case(3, TEXTS[0]))
    found = find(index, TEXTS[0], "one")
    assert [(p.case_id, p.likeness) for p in found[:2]] == [(3, Likeness.SAME), (2, Likeness.NEAR_COPY)]
    assert found[1].similarity > 0.5


def test_what_was_added_is_found_at_once_replaced_and_forgotten(make_index):
    index = make_index()
    add(index, case(1))
    assert [p.decision for p in find(index, TEXTS[0], "one")] == [Decision.REMOVE]
    add(index, case(1, decision=Decision.ALLOW, labels=()))
    assert [p.decision for p in find(index, TEXTS[0], "one")] == [Decision.ALLOW]
    index.remove("two", [1])
    index.remove("one", [1, 99])
    assert find(index, TEXTS[0], "one") == []


def test_vectors_of_another_shape_are_refused(make_index):
    with pytest.raises(ValueError, match="shape"):
        make_index().add([case(1)], np.zeros((1, 3), np.float32))
