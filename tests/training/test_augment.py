"""Variants: controlled, deterministic, and undone by the normaliser where it knows the trick."""

import pytest

from copilot.text import text_views
from training.augment import CLOAKS, cloaked, variant


def test_the_same_seed_gives_the_same_variant_and_others_differ():
    text = "加微信13800138000领红包，兼职日结"
    assert variant(text, 1) == variant(text, 1)
    assert len({variant(text, seed) for seed in range(20)}) > 10


@pytest.mark.parametrize("kind", sorted(CLOAKS))
def test_every_kind_changes_something_worth_hiding(kind):
    text = "加微信abc13800138000领红包，兼职日结赚钱"
    assert any(cloaked(text, [kind], seed) != text for seed in range(5))


@pytest.mark.parametrize("kind", ["fullwidth", "traditional", "digits", "zero_width", "separators"])
def test_the_normaliser_sees_through_plain_disguises(kind):
    text = "联系微信 兼职领取红包 号码13800138000"
    for seed in range(10):
        resolved = text_views(cloaked(text, [kind], seed)).resolved.text
        assert "微信" in resolved
        assert "兼职" in resolved
        assert "13800138000" in resolved


def test_texts_without_anything_to_hide_survive():
    for text in ("", "a", "😀", "\ud800"):
        assert isinstance(variant(text, 3), str)
