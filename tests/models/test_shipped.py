"""The artefact that ships: it is whole, it knows its trade, and the ports keep their contract."""

import json

import numpy as np
import pytest

from copilot.errors import ArtifactError
from copilot.text import text_views
from copilot.types import Label
from models import load_classifier, load_encoder
from models.artifacts import resolve

TEXTS = ["大家早上好", "", "招兼职打字员日结300加微信abc12345", "\ud800", "你这个傻逼滚出去", "a" * 5000]


@pytest.fixture(scope="module")
def classifier():
    return load_classifier()


def test_the_shipped_weights_are_small_and_carry_no_pickle():
    folder = resolve("linear-zh")
    assert sum(file.stat().st_size for file in folder.iterdir()) <= 8 * 2**20
    assert {file.suffix for file in folder.iterdir()} <= {".npy", ".json", ".md"}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert not {s["name"] for s in manifest["sources"]} & {"toxicn", "chineseharm", "ocnli"}


def test_batch_equals_singles(classifier):
    views = [text_views(text) for text in TEXTS]
    together = classifier.classify(views)
    for view, scores in zip(views, together, strict=True):
        [alone] = classifier.classify([view])
        assert alone == pytest.approx(scores, abs=1e-5)


def test_probabilities_are_probabilities(classifier):
    for scores in classifier.classify([text_views(text) for text in TEXTS]):
        assert set(scores) == set(Label) - {Label.OFF_TOPIC, Label.FLOOD}
        assert all(0 <= value <= 1 for value in scores.values())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("诚招兼职，在家打字日结300，加微信了解", Label.ADS),
        ("稳赚不赔 跟着老师买 先垫付后返佣金 日入过千", Label.FRAUD),
        ("澳门新葡京 百家乐 首存送88 返水高 网址", Label.GAMBLING),
        ("你个傻逼玩意儿 脑残吧 滚", Label.ABUSE),
    ],
)
def test_plain_harm_is_recognised(classifier, text, label):
    [scores] = classifier.classify([text_views(text)])
    assert scores[label] >= classifier.bands[label].review


def test_an_empty_batch_is_fine(classifier):
    assert classifier.classify([]) == []


@pytest.mark.parametrize("reference", ["nowhere", "linear-zh/999", "/tmp", "../../etc"])
def test_a_model_that_is_not_there_is_named_in_the_error(reference):
    with pytest.raises(ArtifactError, match="artefact"):
        load_classifier(reference)


def test_a_torn_manifest_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "x"', "utf-8")
    with pytest.raises(ArtifactError, match="manifest"):
        load_classifier(str(tmp_path))


def test_the_encoder_returns_unit_rows_that_find_cloaked_copies():
    encoder = load_encoder()
    rows = encoder.encode(
        [text_views(t) for t in ["兼职日结加微信abc123", "兼❤职日❤结加薇芯abc123", "我家的猫生了三只", ""]]
    )
    assert rows.shape == (4, encoder.dim)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.5 > rows[0] @ rows[2]
    assert encoder.encode([]).shape == (0, encoder.dim)
