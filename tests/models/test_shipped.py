"""The artefact that ships: it is whole, it knows its trade, and the ports keep their contract."""

import json
import time

import numpy as np
import pytest

from copilot.errors import ArtifactError
from copilot.moderator import Moderator
from copilot.text import text_views
from copilot.types import Label, Message
from models import DEFAULT_CLASSIFIER, DEFAULT_ENCODER, FALLBACK_CLASSIFIER, HASHING, load_classifier, load_encoder
from models.artifacts import resolve

TEXTS = ["大家早上好", "", "招兼职打字员日结300加微信abc12345", "\ud800", "你这个傻逼滚出去", "a" * 5000]


@pytest.fixture(scope="module", params=[DEFAULT_CLASSIFIER, FALLBACK_CLASSIFIER])
def classifier(request):
    return load_classifier(request.param)


@pytest.mark.parametrize(("name", "megabytes"), [(DEFAULT_CLASSIFIER, 18), (FALLBACK_CLASSIFIER, 8)])
def test_the_shipped_weights_are_small_and_carry_no_pickle(name, megabytes):
    folder = resolve(name)
    assert sum(file.stat().st_size for file in folder.iterdir()) <= megabytes * 2**20
    assert {file.suffix for file in folder.iterdir()} <= {".npy", ".npz", ".onnx", ".json", ".md"}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert not {s["name"] for s in manifest["sources"]} & {"toxicn", "chineseharm", "ocnli"}


def test_batch_equals_singles(classifier):
    views = [text_views(text) for text in TEXTS]
    together = classifier.classify(views)
    for view, scores in zip(views, together, strict=True):
        [alone] = classifier.classify([view])
        assert alone == pytest.approx(scores, abs=1e-4)


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


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "1_",
        "a.-",
        "http://a.com ",
        "a点com ",
        "@abc ",
        "加微信abc123 ",
        "110101189003070012 ",
        "m=a=o=2=",
        "a\n1\n",
        "幸福路12号楼3单元501",
    ],
)
def test_no_text_takes_the_whole_path_more_than_linear_time(classifier, unit):
    moderator = Moderator(classifier)

    def seconds(length):
        text = unit * (length // len(unit)) + " 1"
        started = time.process_time()
        moderator.assess([Message("1", text, author="a", community="c")])
        return time.process_time() - started

    seconds(1000)
    # a tenth of a second of processor time for the linear model, six tenths for the encoder; quadratic would be many
    assert min(seconds(10_000) for _ in range(3)) < (0.5 if classifier.version.startswith("linear") else 3.0)


def test_padding_hides_nothing(classifier):
    advert = "澳门新葡京 百家乐 首存送88 返水高"
    padded = "今天天气不错我们去公园散步吧。" * 60 + advert + "回来的路上买了点菜。" * 60
    [alone], [hidden] = classifier.classify([text_views(advert)]), classifier.classify([text_views(padded)])
    assert hidden[Label.GAMBLING] >= classifier.bands[Label.GAMBLING].review
    assert alone[Label.GAMBLING] > 0.5
    assert any(
        advert[3:7] in padded[a:b] or "百家乐" in padded[a:b]
        for a, b in classifier.evidence(text_views(padded), Label.GAMBLING)
    )


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


@pytest.mark.parametrize("name", [DEFAULT_ENCODER, HASHING])
def test_the_encoder_returns_unit_rows_that_find_cloaked_copies(name):
    encoder = load_encoder(name)
    rows = encoder.encode(
        [text_views(t) for t in ["兼职日结加微信abc123", "兼❤职日❤结加薇芯abc123", "我家的猫生了三只", ""]]
    )
    assert rows.shape == (4, encoder.dim)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows[0] @ rows[1] > 0.5 > rows[0] @ rows[2]
    assert encoder.encode([]).shape == (0, encoder.dim)
