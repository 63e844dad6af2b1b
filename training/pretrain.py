"""Stage 2: pre-train the encoder on unlabelled text by restoring corrupted characters.

    python -m training.pretrain --minutes 60                      # two CPU cores, about 50 million characters
    python -m training.pretrain --minutes 20 --batch 65536        # one GPU
    python -m training.pretrain                                   # resumes from its checkpoint

A fifth of the characters is corrupted: most masked, half of those with their syllable left standing; some
replaced by a character that sounds the same, as people cloak; some by any other. The network says
which character stood there (masked language modelling, Devlin et al. 2019; homophones as in PLOME, Liu et al. 2021).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from copilot.text.syllables import syllable_codes
from models.tokens import MASK, SPECIALS, Vocabulary
from training.machine import Budget, Optimisers, device, half_precision, load_checkpoint, save_checkpoint
from training.network import Encoder, MaskedCharacters, Size

OUT = Path("var/encoder")
PEAK = 1e-3
CORRUPTED = 0.2
HELD_OUT = 3000
_POOL = 200
"""Batches whose texts are sorted by length together, so that little is padding."""


@dataclass(frozen=True, slots=True)
class Texts:
    """All texts as one run of ids and syllables; text i is [offsets[i], offsets[i + 1])."""

    ids: NDArray[np.uint16]
    syllables: NDArray[np.uint16]
    offsets: NDArray[np.int64]

    @classmethod
    def load(cls, path: Path) -> Texts:
        """Read what `training.prepare` wrote."""
        with np.load(path) as data:
            return cls(data["ids"], data["syllables"], data["offsets"])

    def batch(self, rows: Sequence[int] | NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return ids and syllables of some texts, padded, shape (rows, longest)."""
        lengths = self.offsets[np.asarray(rows) + 1] - self.offsets[rows]
        ids = np.zeros((len(rows), int(lengths.max())), dtype=np.int64)
        syllables = np.zeros_like(ids)
        for i, (row, length) in enumerate(zip(rows, lengths, strict=True)):
            start = self.offsets[row]
            ids[i, :length] = self.ids[start : start + length]
            syllables[i, :length] = self.syllables[start : start + length]
        return torch.from_numpy(ids), torch.from_numpy(syllables)

    def batches(self, rows: NDArray[np.int64], tokens: int, seed: int) -> Iterator[NDArray[np.int64]]:
        """Yield batches of about `tokens` tokens for one pass over the rows, each of texts of like length."""
        rng = np.random.default_rng(seed)
        order = rng.permutation(rows)
        lengths = np.diff(self.offsets)
        per_pool = max(1, int(tokens * _POOL / lengths[rows].mean()))
        for at in range(0, len(order), per_pool):
            pool = order[at : at + per_pool]
            pool = pool[np.argsort(lengths[pool], kind="stable")]
            ends = np.cumsum(lengths[pool])
            cuts = np.searchsorted(ends, np.arange(tokens, int(ends[-1]), tokens))
            parts = [part for part in np.split(pool, np.unique(cuts)) if len(part)]
            for i in rng.permutation(len(parts)):
                yield parts[i]


class Corruption:
    """Corrupts batches; knows for each character its syllable and the characters that sound like it."""

    def __init__(self, table: Vocabulary, seed: int) -> None:
        codes = set(syllable_codes().values())
        _, heard = table.form_ids("".join(table.characters), edited=False)
        self.heard = torch.tensor([0] * len(SPECIALS) + heard[1:])
        self.characters = torch.tensor(
            [i + len(SPECIALS) for i, c in enumerate(table.characters) if c not in codes and i < 6000]
        )
        by_sound: list[list[int]] = [[] for _ in range(table.syllable_count)]
        for index in self.characters.tolist():
            by_sound[int(self.heard[index])].append(index)
        self.alike = torch.zeros(table.syllable_count, 48, dtype=torch.long)
        for sound, found in enumerate(by_sound):
            if sound and found:
                self.alike[sound] = torch.tensor((found * 48)[:48] if len(found) < 48 else found[:48])
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, ids: Tensor, syllables: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return corrupted ids and syllables, and where the original has to be restored."""
        draw = torch.rand(ids.shape, generator=self.generator)
        kind = torch.rand(ids.shape, generator=self.generator)
        at = (draw < CORRUPTED) & (ids >= len(SPECIALS))
        at |= (ids >= len(SPECIALS)) & ~at.any(1, keepdim=True) & (draw == draw.max(1, keepdim=True).values)
        masked, silent = at & (kind < 0.62), at & (kind < 0.34)
        ids_out = torch.where(masked, MASK, ids)
        alike = self.alike[syllables, torch.randint(48, ids.shape, generator=self.generator)]
        by_sound = at & (kind >= 0.62) & (kind < 0.8) & (alike > 0)
        ids_out = torch.where(by_sound, alike, ids_out)
        other = self.characters[torch.randint(len(self.characters), ids.shape, generator=self.generator)]
        any_other = at & (kind >= 0.8) & (kind < 0.9)
        ids_out = torch.where(any_other, other, ids_out)
        heard = torch.where(silent, 0, torch.where(any_other, self.heard[other], syllables))
        return ids_out, heard, at


def loss_of(model: MaskedCharacters, batch: tuple[Tensor, Tensor], corrupt: Corruption) -> tuple[Tensor, float]:
    """Return the loss of one batch and the share of characters restored."""
    ids, syllables = batch
    where = next(model.parameters()).device
    wrong, heard, at = corrupt(ids, syllables)
    with half_precision(where):
        logits = model(wrong.to(where), heard.to(where), at.to(where))
    target = ids[at].to(where)
    loss = torch.nn.functional.cross_entropy(logits.float(), target)
    return loss, float((logits.argmax(-1) == target).float().mean())


def held_out_loss(
    model: MaskedCharacters, texts: Texts, rows: NDArray[np.int64], table: Vocabulary
) -> dict[str, float]:
    """Loss and share restored on texts that are not trained on, the same corruption every time."""
    model.eval()
    corrupt = Corruption(table, seed=0)
    with torch.no_grad():
        found = [loss_of(model, texts.batch(part), corrupt) for part in texts.batches(rows, 8192, seed=0)]
    model.train()
    return {
        "dev_loss": float(np.mean([float(loss) for loss, _ in found])),
        "dev_restored": float(np.mean([hit for _, hit in found])),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT, help="folder that training.prepare wrote")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--batch", type=int, default=6144, help="tokens a step")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--gram-bits", type=int, default=16)
    options = parser.parse_args(arguments)
    train(options)


def train(options: argparse.Namespace) -> None:
    """Pre-train within the time given, resuming where a checkpoint lies."""
    table = Vocabulary.load(options.out / "vocabulary.json")
    texts = Texts.load(options.out / "texts.npz")
    size = Size(
        len(table),
        table.syllable_count,
        width=options.width,
        layers=options.layers,
        inner=options.width * 4,
        gram_bits=options.gram_bits,
    )
    torch.manual_seed(0)
    model = MaskedCharacters(Encoder(size)).to(device())
    optimisers = Optimisers(model)
    order = np.random.default_rng(0).permutation(len(texts.offsets) - 1)
    held_out, rows = order[:HELD_OUT][: len(order) // 10], order[HELD_OUT:] if len(order) > 2 * HELD_OUT else order
    path = options.out / "pretrained.pt"
    state = load_checkpoint(path) if path.exists() else {}
    if state:
        model.load_state_dict(state["model"])
        optimisers.load_state_dict(state["optimisers"])
    budget = Budget(options.minutes, options.out / "pretrain.jsonl", state.get("spent", 0.0))
    corrupt = Corruption(table, seed=state.get("step", 0) + 1)
    step, tokens, losses, saved = state.get("step", 0), state.get("tokens", 0), list[float](), budget.spent
    passes = state.get("passes", 0)
    model.train()
    while budget.progress < 1:
        passes += 1
        for part in texts.batches(rows, options.batch, seed=passes + step):
            batch = texts.batch(part)
            loss, _ = loss_of(model, batch, corrupt)
            torch.autograd.backward(loss)
            optimisers.step(budget.rate(PEAK))
            step, tokens = step + 1, tokens + int((batch[0] > 0).sum())
            losses.append(loss.item())
            if step % 100 == 0:
                budget.note(step=step, tokens=tokens, loss=float(np.mean(losses)))
                losses.clear()
            if budget.spent - saved > 5 or budget.progress >= 1:
                saved = budget.spent
                budget.note(step=step, **held_out_loss(model, texts, held_out, table))
                save_checkpoint(
                    path,
                    {
                        "size": size.asdict(),
                        "model": model.state_dict(),
                        "optimisers": optimisers.state_dict(),
                        "step": step,
                        "tokens": tokens,
                        "passes": passes,
                        "spent": budget.spent,
                    },
                )
            if budget.progress >= 1:
                break


if __name__ == "__main__":
    main()
