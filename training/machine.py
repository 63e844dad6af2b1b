"""What the machine at hand can do, and checkpoints that survive a kill."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm


def device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


@contextlib.contextmanager
def half_precision(where: torch.device) -> Iterator[None]:
    """Compute in bfloat16 where the hardware does so natively; elsewhere it is slower than float32."""
    native = where.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    with torch.autocast(where.type, torch.bfloat16, enabled=bool(native)):
        yield


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint whole or not at all."""
    fresh = path.with_suffix(".tmp")
    torch.save(dict(state), fresh)
    fresh.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint that this project wrote; tensors and plain values only."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


class Budget:
    """A training time in minutes that is kept over restarts, and what happened in it as JSON lines."""

    def __init__(self, minutes: float, log: Path, spent: float = 0.0) -> None:
        self._minutes = minutes
        self._log = log
        self._started = time.monotonic() - spent * 60
        self._bar = tqdm(
            total=round(minutes, 1),
            initial=round(min(spent, minutes), 1),
            unit="min",
            bar_format="{percentage:3.0f}%|{bar}| {n:.1f}/{total} min {postfix}",
            disable=None,  # no bar where the output is a file
        )

    @property
    def spent(self) -> float:
        """Minutes used so far."""
        return (time.monotonic() - self._started) / 60

    @property
    def progress(self) -> float:
        """Share used so far, 0 to 1."""
        return min(1.0, self.spent / self._minutes)

    def rate(self, peak: float, warmup: float = 0.03) -> float:
        """Learning rate now: linear up, then linear down to a fiftieth."""
        if self.progress < warmup:
            return peak * max(0.02, self.progress / warmup)
        return peak * max(0.02, (1 - self.progress) / (1 - warmup))

    def note(self, **figures: float) -> None:
        """Append figures to the log and print them."""
        record = {"minutes": round(self.spent, 2), **{k: round(v, 4) for k, v in figures.items()}}
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self._bar.update(min(self.spent, self._minutes) - self._bar.n)
        tqdm.write(str(record), file=sys.stdout)
        sys.stdout.flush()


class Optimisers:
    """AdamW for what is dense, SparseAdam for the n-gram table, one learning rate."""

    def __init__(self, model: torch.nn.Module, weight_decay: float = 0.01) -> None:
        sparse = [p for name, p in model.named_parameters() if "grams.table" in name]
        dense = [p for name, p in model.named_parameters() if "grams.table" not in name]
        decayed = [p for p in dense if p.ndim > 1]
        plain = [p for p in dense if p.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self._dense = dense
        self.all: list[torch.optim.Optimizer] = [
            torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True),
            torch.optim.SparseAdam(sparse, betas=(0.9, 0.98)),
        ]

    def step(self, rate: float) -> None:
        """Clip, update and forget the gradients."""
        torch.nn.utils.clip_grad_norm_(self._dense, 1.0)
        for optimiser in self.all:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)

    def state_dict(self) -> list[Any]:
        """State of each, for a checkpoint."""
        return [o.state_dict() for o in self.all]

    def load_state_dict(self, states: list[Any]) -> None:
        """Take up a checkpoint's state."""
        for optimiser, state in zip(self.all, states, strict=True):
            optimiser.load_state_dict(state)
