"""The training script end to end on a handful of rows, and what it saves."""

import json

import numpy as np
import pytest

from copilot.errors import ArtifactError
from copilot.text import text_views
from copilot.types import Label
from models import load_classifier
from training.linear import choose_band, platt, train
from training.save import save_linear
from training.sources import TEXT_LABELS, Row, corpus_rows


def some_rows():
    rows = []
    for label in TEXT_LABELS:
        for i in range(30):
            rows.append(
                Row(
                    f"{label.value} 坏话{label.value}{i} 第{i}条",
                    {x: int(x is label) for x in TEXT_LABELS},
                    "corpus",
                    "plain",
                )
            )
    rows += [Row(f"今天天气不错 {i} 大家好", dict.fromkeys(TEXT_LABELS, 0), "corpus", "clean") for i in range(60)]
    rows += [
        Row(f"争议话题 {i}", {**dict.fromkeys(TEXT_LABELS, 0), Label.ABUSE: i % 2}, "cold", "", i % 2, i > 20)
        for i in range(40)
    ]
    return rows


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    rows = some_rows()
    model = train(rows, rows, bits=12, orders=(1, 2))
    return save_linear(model, rows, ("permissive",), tmp_path_factory.mktemp("artifacts") / "7")


def test_a_label_that_no_row_carries_is_never_given(tmp_path):
    rows = [Row(f"今天天气 {i}", dict.fromkeys(TEXT_LABELS, 0), "corpus", "clean") for i in range(20)]
    rows += [
        Row(f"加我微信 {i}", {**dict.fromkeys(TEXT_LABELS, 0), Label.ADS: 1}, "corpus", "plain") for i in range(20)
    ]
    model = train(rows, rows, bits=10, orders=(1,))
    [scores] = load_classifier(str(save_linear(model, rows, (), tmp_path / "1"))).classify([text_views("加我微信")])
    assert scores[Label.ADS] > 0.5
    assert scores[Label.PORN] < 1e-6


def test_what_was_trained_can_be_served_and_has_learnt(trained):
    classifier = load_classifier(str(trained))
    gambling, clean = classifier.classify([text_views("gambling 坏话gambling7"), text_views("今天天气不错 大家好")])
    assert gambling[Label.GAMBLING] > 0.8
    assert clean[Label.GAMBLING] < 0.2
    assert classifier.version == "linear-zh/7"


def test_the_manifest_names_sources_licences_and_hashes(trained):
    manifest = json.loads((trained / "manifest.json").read_text("utf-8"))
    assert {source["name"] for source in manifest["sources"]} == {"corpus", "cold"}
    assert all(source["licence"] for source in manifest["sources"])
    assert set(manifest["files"]) == {"weights.npy", "head.npy"}


def test_nothing_is_overwritten(trained):
    with pytest.raises(FileExistsError):
        save_linear(train(some_rows(), some_rows(), bits=10, orders=(1,)), some_rows(), (), trained)


def test_a_changed_weight_file_is_refused(trained, tmp_path):
    copy = tmp_path / "9"
    copy.mkdir()
    for file in trained.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "weights.npy").write_bytes(b"\0" + (copy / "weights.npy").read_bytes()[1:])
    with pytest.raises(ArtifactError, match="sha256"):
        load_classifier(str(copy))


def test_calibration_recovers_a_known_sigmoid():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    target = (rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))).astype(int)
    slope, intercept = platt(logits, target)
    assert slope == pytest.approx(0.5, abs=0.05)
    assert intercept == pytest.approx(-1, abs=0.1)


def test_the_review_threshold_keeps_its_budget_of_false_alarms():
    rng = np.random.default_rng(0)
    chat = np.concatenate([np.ones(10_000, bool), np.zeros(1000, bool)])
    probability = np.concatenate([rng.beta(1, 20, 10_000), rng.beta(8, 2, 1000)])
    target = np.concatenate([np.zeros(10_000, int), np.ones(1000, int)])
    band = choose_band(Label.ADS, probability, target, chat)
    assert np.mean(probability[chat] >= band.review) <= 0.01
    assert np.mean(probability[chat] >= band.remove) == 0
    assert choose_band(Label.RUMOR, probability, target, chat).remove > 1


def test_the_corpus_is_split_by_batch():
    parts = {part: {row.text for row in corpus_rows(part)} for part in ("train", "dev", "test")}
    assert len(parts["train"]) > 4000
    assert not parts["train"] & parts["test"]
    assert not parts["train"] & parts["dev"]
