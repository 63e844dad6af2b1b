"""The yardsticks of the encoder on known answers."""

import random

import numpy as np
import pytest

from copilot.policy import Band, Policy
from copilot.types import LABELS, Assessment, Decision, Label, Measure, Versions
from eval import cloaking, explain, off_topic, similarity
from eval.quality import harm_class
from training.sources import Row
from training.themes import corpus_themes


class Judge:
    """Stands in for a moderator that has a policy."""

    policy = Policy({label: Band(0.5) for label in LABELS})


def assessed(**scores):
    every = {label: scores.get(label.value, 0.0) for label in LABELS}
    return Assessment("1", Decision.ALLOW, Measure.NONE, (), every, (), Versions("m", "p"))


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ({}, "clean"),
        ({"ads": 0.9}, "illicit_ad"),
        ({"ads": 0.9, "gambling": 0.6}, "gambling"),
        ({"ads": 0.9, "gambling": 0.4}, "illicit_ad"),
        ({"porn": 0.7, "abuse": 0.9}, "abuse"),
        ({"rumor": 0.9}, "clean"),
    ],
)
def test_a_message_is_called_one_harm(scores, name):
    assert harm_class(assessed(**scores), Judge()) == name


def test_evidence_is_taken_out_and_elsewhere_is_as_long():
    assert explain.without("加微信领红包", [(0, 1), (3, 4)]) == "微信红包"
    rng = random.Random(0)
    for _ in range(20):
        [(start, end)] = explain.elsewhere("加微信领红包", [(1, 3)], rng)
        assert 0 <= start < end <= 6
        assert end - start == 2


def test_cloaked_rows_keep_what_is_known_of_them():
    row = Row("加微信领红包", {Label.ADS: 1}, "corpus", "plain")
    [changed] = cloaking.disguised([row], ("homophone",))
    assert changed.text != row.text
    assert (changed.known, changed.slice) == (row.known, row.slice)


def test_approved_messages_are_not_asked_about():
    pairs = list(corpus_themes("test"))
    rest, examples = off_topic.with_examples(pairs)
    taken = sum(map(len, examples.values()))
    assert len(rest) + taken == len(pairs)
    assert all(len(texts) <= off_topic.EXAMPLES for texts in examples.values())
    assert not {(theme, text) for theme, text, _ in rest} & {(t, x) for t, texts in examples.items() for x in texts}


def test_near_copies_are_found_by_an_encoder_that_knows_the_families():
    families = [members for part in ("train", "dev", "test") for members, _ in similarity.families(part)]
    owner = {text: i for i, members in enumerate(families) for text in members}

    class Knowing:
        version, dim = "knowing/1", 4096

        def encode(self, views):
            rows = np.zeros((len(views), self.dim), dtype=np.float32)
            for row, view in zip(rows, views, strict=True):
                row[owner.get(view.typed, self.dim - 1)] = 1
            return rows

    class Blind(Knowing):
        def encode(self, views):
            rows = np.random.default_rng(len(views)).normal(size=(len(views), 64)).astype(np.float32)
            return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    assert similarity.near_copies(Knowing())["recall_at_5"] > 0.95
    assert similarity.near_copies(Blind())["recall_at_5"] < 0.2
