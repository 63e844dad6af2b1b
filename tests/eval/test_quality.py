"""The yardstick itself: metrics on known answers, and the corpus and suites that it reads."""

import numpy as np
import pytest

from copilot.moderator import Moderator
from eval.corpus import near_duplicates
from eval.corpus_problems import problems
from eval.evasion import lines
from eval.metrics import auc, calibration_error, threshold_at, wilson
from eval.quality import judge, label_table
from models import load_classifier
from training.sources import DATASETS, corpus_rows, held_back, ordinary_chat


def test_the_corpus_is_valid():
    assert problems() == []


def test_metrics_on_known_answers():
    truth = np.array([False, False, True, True])
    assert auc(truth, np.array([0.1, 0.2, 0.8, 0.9])) == 1
    assert np.isnan(auc(truth[:2], np.array([0.1, 0.2])))
    assert calibration_error(truth, np.array([0.0, 0.0, 1.0, 1.0])) == 0
    assert calibration_error(np.array([True, False]), np.array([0.9, 0.9])) == pytest.approx(0.4)
    assert np.mean(np.linspace(0, 1, 1001) > threshold_at(np.linspace(0, 1, 1001), 0.01)) <= 0.01
    low, high = wilson(0, 100)
    assert low == 0
    assert 0.03 < high < 0.04


def test_near_duplicates_are_counted():
    texts = [
        "今天下午三点在小区门口集合记得带水",
        "今天下午三点在小区门口集合记得带水哦",
        "我家的猫昨天生了四只小猫",
        "完全不同的一句话而已",
    ]
    assert near_duplicates(texts) == 0.25


def test_the_suite_of_disguised_contacts_is_large_and_its_contacts_are_where_it_says():
    cloaked = [line for part in ("dev", "test") for line in lines("cloaked", part)]
    harmless = [line for part in ("dev", "test") for line in lines("harmless", part)]
    assert len(cloaked) >= 200
    assert len(harmless) >= len(cloaked)
    assert all(line.contact and line.contact in line.text for line in cloaked)
    assert not {line.text for line in lines("cloaked", "dev")} & {line.text for line in lines("cloaked", "test")}


def test_the_product_does_its_job_on_the_corpus_held_out_part():
    rows = corpus_rows("test")
    moderator = Moderator(load_classifier())
    clean = judge("clean", [row for row in rows if row.slice == "clean"], moderator)
    [ads] = [row for row in label_table([judge("corpus", rows, moderator)], clean) if row["label"] == "ads"]
    assert ads["auc"] > 0.9
    assert np.mean([a.decision == "remove" for a in clean.assessments]) <= 0.01


@pytest.mark.skipif(not DATASETS.is_dir(), reason="the public sets are not beside the checkout")
def test_chat_held_back_for_measuring_is_never_trained_on():
    assert all(held_back(row.text) for row in ordinary_chat())
    assert len(ordinary_chat()) > 3000
