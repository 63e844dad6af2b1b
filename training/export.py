"""Stage 5: the fine-tuned network as ONNX graphs, in float32 and in 8 bits, checked against PyTorch.

python -m training.export            # writes encoder.onnx (int8), encoder-fp32.onnx, relevance.npz
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.session import Session, TokenRow
from training.machine import load_checkpoint
from training.network import Encoder, Judge, Size
from training.pretrain import OUT, Texts

PARITY_ROWS = 300
SAMPLES = 400
"""Texts that fix the range of the activations."""
_RELEVANCE = ("first", "first_bias", "second", "second_bias")
"""Names of the relevance head's parameters in `relevance.npz`, in order."""


class _Graph(nn.Module):
    """What is exported: ids and syllables in, label logits and vector out."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, ids: Tensor, syllables: Tensor) -> tuple[Tensor, Tensor]:
        logits, vector = self.judge(ids, syllables)
        return logits, vector


def load_judge(path: Path) -> Judge:
    """Return the network of a checkpoint, ready to be asked."""
    state = load_checkpoint(path)
    judge = Judge(Encoder(Size(**state["size"])))
    judge.load_state_dict(state["model"])
    return judge.eval()


def export(judge: Judge, path: Path) -> None:
    """Write the graph in float32, batch and length free."""
    ids = torch.randint(5, 100, (3, 12))
    ids[0, 8:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch, length = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("length", min=2, max=128)
        torch.onnx.export(
            _Graph(judge),
            (ids, ids % 50),
            str(path),
            input_names=["ids", "syllables"],
            output_names=["logits", "vector"],
            dynamo=True,
            dynamic_shapes={"ids": {0: batch, 1: length}, "syllables": {0: batch, 1: length}},
            external_data=False,
        )


class _Samples:
    """Feeds batches of texts to the quantiser, so that it learns the range of every activation."""

    def __init__(self, texts: Texts, rows: NDArray[np.int64]) -> None:
        ordered = rows[np.argsort(np.diff(texts.offsets)[rows])]
        batches = (texts.batch(part) for part in np.array_split(ordered, max(1, len(ordered) // 8)))
        self._feeds = ({"ids": ids.numpy(), "syllables": heard.numpy()} for ids, heard in batches)

    def get_next(self) -> dict[str, NDArray[np.int64]] | None:
        """The next batch, or None after the last."""
        return next(self._feeds, None)


def quantise(source: Path, target: Path, texts: Texts, rows: NDArray[np.int64]) -> None:
    """Write the graph with 8-bit weights, embeddings included, and 8-bit activations of fixed range.

    Fixed on samples, not taken from each batch, so that a verdict never depends on its neighbours in a batch.
    """
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    graph = onnx.load(str(source))
    del graph.graph.value_info[:]  # the exporter's shapes confuse the quantiser
    plain = target.with_suffix(".plain")
    onnx.save(graph, str(plain))
    quantize_static(
        plain,
        target,
        _Samples(texts, rows),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["MatMul", "Gemm", "Gather"],
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        extra_options={"WeightSymmetric": True, "MatMulConstBOnly": True},
    )
    plain.unlink()


def parity(judge: Judge, path: Path, rows: Sequence[TokenRow]) -> dict[str, float]:
    """Return how far a graph's answers lie from PyTorch's: largest and mean difference of logits, least cosine."""
    logits, vectors = Session(path).run(rows)
    with torch.no_grad():
        expected = [judge(torch.tensor([ids]), torch.tensor([syllables])) for ids, syllables in rows]
    differences = np.abs(logits - np.concatenate([e[0].numpy() for e in expected]))
    cosines = (vectors * np.concatenate([e[1].numpy() for e in expected])).sum(1)
    return {
        "largest": float(differences.max()),
        "mean": float(differences.mean()),
        "least_cosine": float(cosines.min()),
    }


def save_relevance(judge: Judge, path: Path, slope: float = 1.0, intercept: float = 0.0) -> None:
    """Write the relevance head."""
    arrays = {
        name: parameter.detach().numpy()
        for name, parameter in zip(_RELEVANCE, judge.relevance.parameters(), strict=True)
    }
    np.savez(path, allow_pickle=False, slope=np.float64(slope), intercept=np.float64(intercept), **arrays)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    judge = load_judge(options.out / "finetuned.pt")
    full, small = options.out / "encoder-fp32.onnx", options.out / "encoder.onnx"
    texts = Texts.load(options.out / "examples.npz")
    order = np.random.default_rng(0).permutation(len(texts.offsets) - 1)
    export(judge, full)
    quantise(full, small, texts, order[PARITY_ROWS:][:SAMPLES])
    save_relevance(judge, options.out / "relevance.npz")
    rows = []
    for i in order[:PARITY_ROWS]:
        a, b = texts.offsets[i], texts.offsets[i + 1]
        rows.append((texts.ids[a:b].tolist(), texts.syllables[a:b].tolist()))
    for path in (full, small):
        print(path.name, f"{path.stat().st_size / 1e6:.1f} MB", parity(judge, path, rows))


if __name__ == "__main__":
    main()
