"""Stage 4: teach the encoder labels, similarity and relevance at once.

    python -m training.finetune --minutes 50       # two CPU cores; resumes from its checkpoint

Each step takes one batch of labelled messages (a third of them cloaked) and one of the others in turn: graded
pairs ordered by cosine (CoSENT, Su 2022), positive pairs against everything else in the batch (InfoNCE,
van den Oord et al. 2018), theme and message (binary). Starts from `pretrained.pt` where there is one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from models.tokens import Vocabulary
from training.dev import figures
from training.examples import PAIR_SHARE
from training.machine import Budget, Optimisers, device, half_precision, load_checkpoint, save_checkpoint
from training.network import Encoder, Judge, Size
from training.pretrain import OUT, Texts

PEAK = 5e-4
CLOAKED = 0.35
PAIRS = 64
"""Pairs of an auxiliary batch."""
LONGEST_OF_PAIRS = 40
"""Tokens of a text that an auxiliary batch reads: padding to a long post would cost more than it teaches."""
_SCALE = 20.0
"""Inverse temperature of cosines."""
_AUXILIARY = ("graded", "alike", "themed")
WEIGHT: Mapping[str, float] = {"labels": 5.0, "graded": 0.15, "alike": 0.15, "themed": 0.5}
"""What each loss counts: the labels' one is a mean over mostly easy zeros, the others are sums of hard ones."""


class Sampler:
    """Draws batches of every kind from the examples."""

    def __init__(self, path: Path, seed: int) -> None:
        with np.load(path) as data:
            self.data: dict[str, NDArray[Any]] = {name: data[name] for name in data.files}
        self.texts = Texts(self.data["ids"], self.data["syllables"], self.data["offsets"])
        self.rng = np.random.default_rng(seed)
        sets = self.data["graded_set"]
        self._sets = [np.flatnonzero(sets == number) for number in np.unique(sets)]
        share = np.array(PAIR_SHARE)[np.unique(sets)]
        self._set_share = share / share.sum()
        self._near = np.flatnonzero(self.data["alike_group"] >= 0)
        self._posts = np.flatnonzero(self.data["alike_group"] < 0)

    def labelled(self, tokens: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Yield (ids, syllables, targets) for about one epoch."""
        times = self.data["times"]
        count = np.floor(times + self.rng.random(len(times))).astype(int)
        rows = np.repeat(np.arange(len(times)), count)
        cloaked = self.rng.random(len(rows)) < CLOAKED
        width = self.data["labelled"].shape[1]
        which = np.where(cloaked, self.rng.integers(1, width, len(rows)), 0)
        chosen = self.data["labelled"][rows, which]
        lengths = np.diff(self.texts.offsets)[chosen]
        order = self.rng.permutation(len(rows))
        pool = max(1, int(tokens * 100 / lengths.mean()))
        for at in range(0, len(order), pool):
            part = order[at : at + pool]
            part = part[np.argsort(lengths[part], kind="stable")]
            ends = np.cumsum(lengths[part])
            groups = np.split(part, np.unique(np.searchsorted(ends, np.arange(tokens, int(ends[-1]), tokens))))
            groups = [group for group in groups if len(group)]
            for i in self.rng.permutation(len(groups)):
                ids, syllables = self.texts.batch(chosen[groups[i]])
                yield ids, syllables, torch.from_numpy(self.data["targets"][rows[groups[i]]])

    def graded(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
        """Return (first texts, second texts, grades) of one set."""
        rows = self._sets[self.rng.choice(len(self._sets), p=self._set_share)]
        rows = self.rng.choice(rows, min(PAIRS, len(rows)), replace=False)
        pairs = self.data["graded"][rows]
        return pairs[:, 0], pairs[:, 1], self.data["grades"][rows]

    def alike(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
        """Return (texts, texts like them, groups): posts and comments, families, texts and their variants."""
        part = PAIRS // 3
        near = self.rng.choice(self._near, part) if len(self._near) else self._near
        posts = self.rng.choice(self._posts, PAIRS - 2 * part) if len(self._posts) else self._posts
        rows = np.concatenate([near, posts])
        own = self.data["labelled"][self.rng.integers(0, len(self.data["labelled"]), part)]
        pairs = np.concatenate([self.data["alike"][rows], own[:, [0, 1]]])
        groups = np.concatenate([self.data["alike_group"][rows], 1_000_000 + np.arange(part)])
        return pairs[:, 0], pairs[:, 1], groups

    def themed(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
        """Return (themes, messages, whether they belong, as `Examples.belongs` counts it)."""
        rows = self.rng.integers(0, len(self.data["themed"]), PAIRS)
        pairs = self.data["themed"][rows]
        return pairs[:, 0], pairs[:, 1], self.data["belongs"][rows]


def label_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy over what is known."""
    known = targets >= 0
    return binary_cross_entropy_with_logits(logits[known], targets[known])


def graded_loss(a: Tensor, b: Tensor, grades: Tensor) -> Tensor:
    """CoSENT: every pair of a higher grade should have the higher cosine."""
    cosine = (a * b).sum(-1) * _SCALE
    gap = cosine[None, :] - cosine[:, None]
    wrong = gap[grades[:, None] > grades[None, :]]
    return torch.logsumexp(torch.cat([wrong.new_zeros(1), wrong]), 0)


def alike_loss(a: Tensor, b: Tensor, groups: Tensor) -> Tensor:
    """InfoNCE in both directions; other pairs of one's own group are no negatives."""
    logits = a @ b.T * _SCALE
    same = (groups[:, None] == groups[None, :]) & ~torch.eye(len(a), dtype=torch.bool, device=a.device)
    logits = logits.masked_fill(same, -1e4)
    target = torch.arange(len(a), device=a.device)
    return (cross_entropy(logits, target) + cross_entropy(logits.T, target)) / 2


def themed_loss(model: Judge, themes: Tensor, messages: Tensor, belongs: Tensor, same: Tensor) -> Tensor:
    """Binary loss on given pairs, and against the messages of other themes for those that allow it."""
    own = binary_cross_entropy_with_logits(model.relevant(themes, messages), (belongs > 0).float())
    rows = belongs == 2
    apart = ~same[rows] & (belongs != 3)[None, :]
    if not apart.any():
        return own
    others = model.relevant(themes[rows][:, None], messages[None, :])
    return own + binary_cross_entropy_with_logits(others[apart], torch.zeros_like(others[apart]))


def auxiliary_loss(kind: str, model: Judge, sampler: Sampler) -> Tensor:
    """Draw one auxiliary batch and return its loss."""
    first, second, third = getattr(sampler, kind)()
    where = next(model.parameters()).device
    with half_precision(where):
        vectors = []
        for texts in (first, second):
            ids, syllables = (part[:, :LONGEST_OF_PAIRS] for part in sampler.texts.batch(texts))
            vectors.append(model(ids.to(where), syllables.to(where))[1])
    a, b = vectors
    given = torch.from_numpy(third).to(where)
    if kind == "graded":
        return graded_loss(a, b, given)
    if kind == "alike":
        return alike_loss(a, b, given)
    theme = torch.from_numpy(first).to(where)
    return themed_loss(model, a, b, given, theme[:, None] == theme[None, :])


def _start(options: argparse.Namespace, table: Vocabulary) -> tuple[Judge, dict[str, Any]]:
    """Return the network as the checkpoint, the pre-training or chance has it, and the checkpoint."""
    path, start = options.out / "finetuned.pt", options.out / "pretrained.pt"
    state = load_checkpoint(path) if path.exists() else {}
    before = load_checkpoint(start) if start.exists() else {}
    size = Size(**(state or before)["size"]) if state or before else Size(len(table), table.syllable_count)
    torch.manual_seed(0)
    model = Judge(Encoder(size))
    if state:
        model.load_state_dict(state["model"])
    elif before:
        own = {k.removeprefix("encoder."): v for k, v in before["model"].items() if k.startswith("encoder.")}
        model.encoder.load_state_dict(own)
    return model.to(device()), state


def train(options: argparse.Namespace) -> None:
    """Fine-tune within the time given, resuming where a checkpoint lies."""
    table = Vocabulary.load(options.out / "vocabulary.json")
    model, state = _start(options, table)
    optimisers = Optimisers(model)
    if state:
        optimisers.load_state_dict(state["optimisers"])
    budget = Budget(options.minutes, options.out / "finetune.jsonl", state.get("spent", 0.0))
    step, saved = state.get("step", 0), budget.spent
    sampler = Sampler(options.out / "examples.npz", seed=step)
    losses: dict[str, list[float]] = {kind: [] for kind in ("labels", *_AUXILIARY)}
    model.train()
    while budget.progress < 1:
        for batch in sampler.labelled(options.batch):
            kind = _AUXILIARY[step % 3]
            found, other = _step(model, sampler, batch, kind)
            optimisers.step(budget.rate(options.peak))
            step += 1
            losses["labels"].append(found)
            losses[kind].append(other)
            if step % 150 == 0:
                budget.note(step=step, **{k: float(np.mean(v)) for k, v in losses.items()})
                losses = {k: [] for k in losses}
            if budget.spent - saved > options.every or budget.progress >= 1:
                budget.note(step=step, **figures(model, table))
                model.train()
                saved = budget.spent
                checkpoint = {
                    "size": model.encoder.size.asdict(),
                    "model": model.state_dict(),
                    "optimisers": optimisers.state_dict(),
                    "step": step,
                    "spent": budget.spent,
                }
                save_checkpoint(options.out / "finetuned.pt", checkpoint)
            if budget.progress >= 1:
                break


def _step(model: Judge, sampler: Sampler, batch: tuple[Tensor, Tensor, Tensor], kind: str) -> tuple[float, float]:
    """Add up the gradients of one labelled batch and one auxiliary batch; returns both losses."""
    where = next(model.parameters()).device
    ids, syllables, targets = (part.to(where) for part in batch)
    with half_precision(where):
        logits, _ = model(ids, syllables)
    loss = label_loss(logits, targets)
    other = auxiliary_loss(kind, model, sampler)
    torch.autograd.backward(WEIGHT["labels"] * loss + WEIGHT[kind] * other)
    return loss.item(), other.item()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--minutes", type=float, default=50.0)
    parser.add_argument("--batch", type=int, default=5120, help="tokens of a labelled batch")
    parser.add_argument("--every", type=float, default=8.0, help="minutes between looks at dev")
    parser.add_argument("--peak", type=float, default=PEAK, help="highest learning rate")
    train(parser.parse_args(arguments))


if __name__ == "__main__":
    main()
