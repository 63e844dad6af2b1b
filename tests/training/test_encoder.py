"""The training pipeline: corruption, losses, resuming, and the whole of it in its smallest size."""

import json

import numpy as np
import pytest
import torch

from models.tokens import MASK, SPECIALS, Vocabulary
from training.calibrate import companion_for
from training.finetune import alike_loss, graded_loss, label_loss, themed_loss
from training.machine import Budget, load_checkpoint, save_checkpoint
from training.network import Encoder, Judge, Size
from training.pack import fitting, packed, unfolded
from training.pretrain import Corruption, Texts

CHARACTERS = list("今天气不错大家好吃了吗我们去公园她他它塔踏")


@pytest.fixture
def table():
    return Vocabulary(CHARACTERS)


def test_corruption_leaves_the_rest_alone_and_knows_homophones(table):
    ids, syllables = table.form_ids("他今天去公园了吗" * 40, edited=False)
    batch = torch.tensor([ids]), torch.tensor([syllables])
    corrupt = Corruption(table, seed=3)
    wrong, heard, at = corrupt(*batch)
    assert 0.1 < at.float().mean() < 0.3
    assert (wrong[~at] == batch[0][~at]).all()
    assert (heard[~at] == batch[1][~at]).all()
    assert not at[0, 0]  # the opening token says nothing to guess
    replaced = at & (wrong != MASK) & (wrong != batch[0])
    same_sound = replaced & (heard == batch[1])
    assert same_sound.any()
    hidden = at & (wrong == MASK)
    assert (heard[hidden] == 0).any()
    assert (heard[hidden] > 0).any()
    assert int(wrong.min()) >= 2
    assert int(wrong.max()) < len(SPECIALS) + len(CHARACTERS)


def test_texts_come_back_in_batches_of_like_length():
    lengths = np.array([3, 50, 4, 52, 3, 49, 4])
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    run = np.arange(offsets[-1]).astype(np.uint16)
    texts = Texts(run, run, offsets)
    parts = list(texts.batches(np.arange(7), tokens=60, seed=1))
    assert sorted(np.concatenate(parts).tolist()) == list(range(7))
    ids, _ = texts.batch([1, 2])
    assert ids.shape == (2, 50)
    assert ids[1, 4:].sum() == 0


def test_texts_carried_to_another_machine_come_back(table):
    rows = [
        table.form_ids(text, edited=edited)
        for text, edited in (("今天天气不错", False), ("她他它", True), ("好", False))
    ]
    lengths = np.array([len(ids) for ids, _ in rows])
    texts = Texts(
        np.concatenate([np.array(ids, dtype=np.uint16) for ids, _ in rows]),
        np.concatenate([np.array(heard, dtype=np.uint16) for _, heard in rows]),
        np.concatenate([[0], np.cumsum(lengths)]),
    )
    again = unfolded(packed(texts, np.arange(3)), table)
    assert again.ids.tolist() == texts.ids.tolist()
    assert again.syllables.tolist() == texts.syllables.tolist()
    assert again.offsets.tolist() == texts.offsets.tolist()
    assert len(fitting(texts, 10**9)) == 3
    assert len(fitting(texts, 40)) < 3


def test_unknown_labels_cost_nothing():
    logits = torch.tensor([[5.0, -5.0]])
    assert label_loss(logits, torch.tensor([[1.0, -1.0]])) < 0.01
    assert label_loss(logits, torch.tensor([[0.0, -1.0]])) > 4


def test_losses_prefer_what_is_right():
    a = torch.nn.functional.normalize(torch.eye(3), dim=-1)
    groups = torch.arange(3)
    assert alike_loss(a, a, groups) < alike_loss(a, a.roll(1, 0), groups)
    same_family = torch.zeros(3, dtype=torch.long)
    assert alike_loss(a, a.roll(1, 0), same_family) < alike_loss(a, a.roll(1, 0), groups)
    near, far = a[:2], torch.stack([a[0], a[2]])
    assert graded_loss(near, far, torch.tensor([1.0, 0.0])) < graded_loss(near, far, torch.tensor([0.0, 1.0]))


def test_small_talk_is_nobodys_counterexample():
    torch.manual_seed(0)
    model = Judge(Encoder(Size(30, 10, width=16, layers=1, heads=2, inner=16, gram_bits=6, vector=8)))
    themes, messages = torch.randn(2, 8), torch.randn(2, 8)
    apart = torch.eye(2, dtype=torch.bool)
    one = themed_loss(model, themes, messages, torch.tensor([2, 1]), apart)
    none = themed_loss(model, themes, messages, torch.tensor([2, 3]), apart)
    assert one > none


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "x.pt"
    save_checkpoint(path, {"step": 1})

    def torn(state, target):
        target.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", torn)
    with pytest.raises(OSError, match="disk full"):
        save_checkpoint(path, {"step": 2})
    assert load_checkpoint(path) == {"step": 1}


def test_the_learning_rate_follows_the_time_spent_over_restarts(tmp_path):
    assert Budget(60, tmp_path / "log", spent=0.0).rate(1.0) < 0.1
    assert Budget(60, tmp_path / "log", spent=2.0).rate(1.0) == pytest.approx(1.0, abs=0.02)
    assert Budget(60, tmp_path / "log", spent=59.9).rate(1.0) < 0.05
    assert Budget(60, tmp_path / "log", spent=61).progress == 1


def test_a_companion_of_other_licences_stays_silent(capsys):
    assert companion_for("linear-zh", ["permissive"]) is None
    assert "unstated" in capsys.readouterr().out
    assert companion_for("linear-zh", ["permissive", "unstated", "academic"]).version.startswith("linear-zh")
    assert companion_for("none", ["permissive"]) is None


def test_the_whole_pipeline_makes_an_artefact_and_resumes(tiny_encoder):
    manifest = json.loads((tiny_encoder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "encoder"
    assert {s["name"] for s in manifest["sources"]} == {"corpus"}
    out = tiny_encoder.parent
    noted = [json.loads(line) for line in (out / "pretrain.jsonl").read_text("utf-8").splitlines()]
    assert noted[-1]["dev_loss"] < np.log(len(Vocabulary.load(out / "vocabulary.json")))
    assert load_checkpoint(out / "pretrained.pt")["step"] > 0
    assert (out / "curves.png").stat().st_size > 1000
