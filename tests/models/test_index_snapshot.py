"""A snapshot is the index again, or an error that says why not; what was forgotten is not in it."""

import json

import numpy as np
import pytest

import models.precedents.shelf
import models.precedents.vectors
from copilot.errors import ArtifactError
from copilot.text import text_views
from copilot.types import DecidedCase, Decision, Label
from models import HASHING, load_encoder
from models.precedents import snapshot
from models.precedents.index import FaissCaseIndex
from models.precedents.ranking import Ranking

ENCODER = load_encoder(HASHING)
RANKING = Ranking.load(ENCODER.version)
TEXTS = [f"第{i}号帖子：{chr(0x5200 + 7 * i)}{chr(0x6300 + 5 * i)}店转让{i * 13}元" for i in range(90)]


def vectors(texts):
    return ENCODER.encode([text_views(text) for text in texts])


def find(index, text, community="g"):
    [found] = index.search([text_views(text)], vectors([text]), [[community]], 3)
    return found


@pytest.fixture
def index():
    index = FaissCaseIndex(ENCODER.version, ENCODER.dim, RANKING)
    cases = [
        DecidedCase(i, "g" if i % 3 else "library:x", text, Decision.REVIEW, (Label.FRAUD,))
        for i, text in enumerate(TEXTS)
    ]
    index.add(cases, vectors(TEXTS))
    return index


def load(folder, last=5, encoder=ENCODER.version):
    return snapshot.load(folder, encoder, RANKING, last)[:2]


@pytest.mark.parametrize("exact_up_to", [20_000, 20])
def test_what_was_saved_answers_as_before_and_goes_on_growing(index, tmp_path, monkeypatch, exact_up_to):
    monkeypatch.setattr(models.precedents.vectors, "EXACT_UP_TO", exact_up_to)
    monkeypatch.setattr(models.precedents.shelf, "_AT_ONCE", exact_up_to)
    index.add([DecidedCase(900, "g", "再来一条", Decision.ALLOW, ())], vectors(["再来一条"]))
    index.settle()
    assert snapshot.save(index, tmp_path, mark=5) == 91
    again, mark = load(tmp_path)
    assert (mark, len(again), again.version) == (5, 91, ENCODER.version)
    for text in TEXTS[:9]:
        for community in ("g", "library:x"):
            assert find(again, text, community) == find(index, text, community)
    again.add([DecidedCase(901, "g", "重启以后的新案例", Decision.ALLOW, ())], vectors(["重启以后的新案例"]))
    assert find(again, "重启以后的新案例")[0].case_id == 901


@pytest.mark.parametrize("exact_up_to", [20_000, 20])
def test_nothing_of_a_forgotten_case_is_written(index, tmp_path, monkeypatch, exact_up_to):
    monkeypatch.setattr(models.precedents.vectors, "EXACT_UP_TO", exact_up_to)
    monkeypatch.setattr(models.precedents.shelf, "_AT_ONCE", exact_up_to)
    index.add([DecidedCase(900, "g", "占位", Decision.ALLOW, ())], vectors(["占位"]))
    index.settle()
    secret = TEXTS[1]
    written = np.array([ord(c) for c in text_views(secret).resolved.text if c.isalnum()], dtype=np.uint16).tobytes()
    snapshot.save(index, tmp_path, mark=5)
    assert any(written in path.read_bytes() for path in tmp_path.glob("*.npz"))
    index.remove("g", [1])
    snapshot.save(index, tmp_path, mark=6)
    assert not any(written in path.read_bytes() for path in tmp_path.glob("*.npz"))
    again, _ = load(tmp_path, last=6)
    assert len(again) == 90
    assert all(found.case_id != 1 for found in find(again, secret))


def test_a_torn_snapshot_is_refused(index, tmp_path):
    snapshot.save(index, tmp_path, mark=5)
    file = next(tmp_path.glob("*.npz"))
    content = file.read_bytes()
    file.write_bytes(content[:-9])
    with pytest.raises(ArtifactError, match="sha256"):
        load(tmp_path)
    file.unlink()
    with pytest.raises(ArtifactError, match="cannot be used"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": 99}, "format"),
        ({"cases": 7}, "expected 7"),
        ({"files": {}}, "cannot be used"),
        ({"mark": "x"}, "used"),
    ],
)
def test_a_manifest_that_lies_is_refused(index, tmp_path, change, why):
    snapshot.save(index, tmp_path, mark=5)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(ArtifactError, match=why):
        load(tmp_path)


def test_a_snapshot_of_another_encoder_or_of_a_later_day_is_refused(index, tmp_path):
    with pytest.raises(ArtifactError):
        load(tmp_path)
    snapshot.save(index, tmp_path, mark=5)
    with pytest.raises(ArtifactError, match="made with"):
        load(tmp_path, encoder="encoder-zh/9")
    with pytest.raises(ArtifactError, match="the store ends at 4"):
        load(tmp_path, last=4)
    assert load(tmp_path, last=8)[1] == 5


def test_a_save_that_fails_leaves_the_old_snapshot_and_no_litter(index, tmp_path, monkeypatch):
    snapshot.save(index, tmp_path, mark=5)
    before = sorted(path.name for path in tmp_path.iterdir())
    index.remove("g", [1])

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(snapshot.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        snapshot.save(index, tmp_path, mark=6)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert len(load(tmp_path)[0]) == 90
