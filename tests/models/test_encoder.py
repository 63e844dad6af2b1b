"""The encoder's runtime: ports, windows, evidence, relevance, and artefacts that are not what they say."""

import json
import shutil

import numpy as np
import pytest

from copilot.charter import Charter
from copilot.errors import ArtifactError
from copilot.moderator import Moderator
from copilot.text import text_views
from copilot.types import Community, Label, Message
from models import FALLBACK_CLASSIFIER, load_classifier, load_classifier_or_fallback, load_encoder
from models.tokens import EDITED, LONGEST, PLAIN, UNKNOWN, Vocabulary, reading_form, windows

TEXTS = ["大家早上好", "", "招兼职打字员日结300加微信abc12345", "\ud800", "你这个傻逼滚出去", "今天" * 2500, "🙂"]


@pytest.fixture(scope="module")
def model(tiny_encoder):
    return load_classifier(str(tiny_encoder))


@pytest.fixture
def copy(tiny_encoder, tmp_path):
    return shutil.copytree(tiny_encoder, tmp_path / "1")


def test_batch_equals_singles(model):
    views = [text_views(text) for text in TEXTS]
    together, rows = model.classify(views), model.encode(views)
    for view, scores, row in zip(views, together, rows, strict=True):
        [alone] = model.classify([view])
        assert alone == pytest.approx(scores, abs=1e-4)
        assert model.encode([view])[0] @ row > 0.9999


def test_probabilities_and_unit_rows(model):
    views = [text_views(text) for text in TEXTS]
    for scores in model.classify(views):
        assert set(scores) == set(Label) - {Label.OFF_TOPIC, Label.FLOOD}
        assert all(0 <= value <= 1 for value in scores.values())
    rows = model.encode(views)
    assert rows.shape == (len(TEXTS), model.dim)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
    assert model.classify([]) == []
    assert model.encode([]).shape == (0, model.dim)


def test_labels_and_vectors_of_a_batch_cost_one_pass(model, monkeypatch):
    runs = []
    inner = model.session.run
    monkeypatch.setattr(model.session, "run", lambda rows: runs.append(len(rows)) or inner(rows))
    views = [text_views("第一条"), text_views("第二条")]
    model.classify(views)
    model.encode(views)
    assert runs == [2]
    model.encode(list(reversed(views)))
    assert runs == [2, 2]


def test_the_reading_form_hears_pinyin_and_knows_what_was_restored():
    table = Vocabulary(list("加微信吃饭"))
    plain, spelled, cloaked = (table.tokens(text_views(t)) for t in ("吃饭", "chi fan", "加薇❤芯abc123"))
    assert plain.syllables[1:] == spelled.syllables[1:]
    assert plain.ids[0] == PLAIN
    assert cloaked.ids[0] == EDITED
    # unknown, yet heard
    assert table.tokens(text_views("嘉")).ids[1] == UNKNOWN
    assert table.tokens(text_views("嘉")).syllables == table.tokens(text_views("加")).syllables


def test_the_reading_form_hides_which_number_link_and_account_it_is():
    texts = ["打13800001234找我", "打13900005678找我"]
    assert len({reading_form(text_views(text)).text for text in texts}) == 1
    assert len({reading_form(text_views(f"看http://{name}.com/x")).text for name in ("abc", "xyz")}) == 1
    assert reading_form(text_views("500块")).text != reading_form(text_views("900块")).text


def test_windows_cover_a_long_text_and_overlap():
    tokens = Vocabulary(list("今天")).tokens(text_views("今天" * 300))
    found = windows(tokens)
    assert all(len(ids) <= LONGEST for _, ids, _ in found)
    covered = {start + i for start, ids, _ in found for i in range(len(ids) - 1)}
    assert covered == set(range(600))


def test_evidence_points_into_the_typed_text(model):
    text = "大家好，招　兼❤职打字员，日结３００，加薇芯abc12345，" + "今天天气不错。" * 40
    for label in (Label.ADS, Label.ABUSE):
        spans = model.evidence(text_views(text), label)
        assert len(spans) <= 3
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert list(spans) == sorted(spans)
    assert model.evidence(text_views(""), Label.ADS) == ()


def test_relevance_is_a_probability_and_examples_can_only_add(model):
    views = [text_views("多肉徒长了要不要砍头"), text_views("今天大盘跌麻了")]
    alone = model.belongs(["多肉养护"] * 2, views, [0, 1], [(), ()])
    helped = model.belongs(["多肉养护"] * 2, views, [0, 1], [("多肉徒长了要不要砍头", "桃蛋要浇水吗")] * 2)
    assert all(0 <= p <= 1 for p in alone + helped)
    assert all(b >= a - 1e-6 for a, b in zip(alone, helped, strict=True))
    assert model.belongs([], views, [], []) == []


def test_off_topic_is_judged_by_the_model_and_small_talk_is_spared(model):
    moderator = Moderator(model)
    community = Community("c", "c", theme="多肉养护", on_topic_examples=("桃蛋要浇水吗",))
    messages = [Message("1", "今天大盘跌麻了你们的基金还好吗", community="c"), Message("2", "谢谢", community="c")]
    long, short = moderator.assess(messages, {"c": Charter(community)}, explain=True)
    [signal] = [s for s in long.signals if s.label is Label.OFF_TOPIC]
    assert signal.source == "model:theme"
    assert "认可" in signal.reason.zh
    assert not [s for s in short.signals if s.label is Label.OFF_TOPIC]


def test_a_changed_graph_is_refused_and_the_linear_model_speaks_instead(copy, caplog):
    (copy / "encoder.onnx").write_bytes((copy / "encoder.onnx").read_bytes()[:-1])
    with pytest.raises(ArtifactError, match="sha256"):
        load_classifier(str(copy))
    classifier = load_classifier_or_fallback(str(copy))
    assert classifier.version.startswith(FALLBACK_CLASSIFIER)
    assert "WEAKER MODEL" in caplog.text


def test_a_missing_model_falls_back_loudly_too(caplog):
    assert load_classifier_or_fallback("nowhere").version.startswith(FALLBACK_CLASSIFIER)
    assert "nowhere" in caplog.text


def test_a_manifest_must_vouch_for_every_file(copy):
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    del manifest["files"]["vocabulary.json"]
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ArtifactError, match="vocabulary"):
        load_classifier(str(copy))


def test_a_graph_that_cannot_be_run_is_a_clear_error(copy):
    import hashlib

    (copy / "encoder.onnx").write_bytes(b"no graph")
    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    manifest["files"]["encoder.onnx"] = hashlib.sha256(b"no graph").hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ArtifactError, match="cannot be run"):
        load_classifier(str(copy))


def test_the_encoder_port_serves_from_the_same_artefact(tiny_encoder, model):
    encoder = load_encoder(str(tiny_encoder))
    views = [text_views("大家早上好")]
    assert np.allclose(encoder.encode(views), model.encode(views))
    with pytest.raises(ArtifactError, match="no encoder"):
        load_encoder("linear-zh")
