"""Any sequence classifier of the `transformers` library behind the classifier port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from copilot.errors import ArtifactError
from copilot.policy import DEFAULT_BANDS, Bands
from copilot.text import TextViews
from copilot.types import Label, Span

_BATCH = 32
_LONGEST = 512


class TransformersClassifier:
    """A classifier from a folder or the hub, such as `/models/my-bert?LABEL_1=abuse`.

    Its labels are taken where they bear our names; after `?` others are mapped to ours. A model trained
    for several labels at once is read through a sigmoid, any other through a softmax. Its probabilities
    are taken for calibrated, and the default bands apply. It has no evidence to show. `threads` holds
    for all of PyTorch in this process.
    """

    def __init__(self, reference: str, threads: int | None = None) -> None:
        name, _, query = reference.partition("?")
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise ArtifactError("transformers is missing: pip install 'community-copilot[transformers]'") from error
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(name).eval()
        except Exception as error:  # the library raises whatever its parts raise
            raise ArtifactError(f"the transformers model {name!r} cannot be loaded: {error}") from error
        if threads is not None:
            torch.set_num_threads(threads)
        self._columns = _columns(self._model.config.id2label, dict(parse_qsl(query)), name)
        self._several = self._model.config.problem_type == "multi_label_classification"
        self._name = name

    @property
    def version(self) -> str:
        """What it was loaded from."""
        return f"transformers:{self._name}"

    @property
    def bands(self) -> Bands:
        """The default bands."""
        return DEFAULT_BANDS

    def classify(self, views: Sequence[TextViews]) -> list[Mapping[Label, float]]:
        """Return probabilities for each text, in order; it reads texts as they were typed."""
        import torch

        order = sorted(range(len(views)), key=lambda i: len(views[i].typed))
        found: dict[int, Mapping[Label, float]] = {}
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            texts = [views[i].typed.encode("utf-8", "replace").decode() for i in part]
            tokens = self._tokenizer(texts, padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt")
            with torch.inference_mode():
                logits = self._model(**tokens).logits
            scores = logits.sigmoid() if self._several else logits.softmax(-1)
            for i, row in zip(part, scores.tolist(), strict=True):
                found[i] = {label: row[column] for column, label in self._columns.items()}
        return [found[i] for i in range(len(views))]

    def evidence(self, view: TextViews, label: Label) -> tuple[Span, ...]:
        """Nothing: it cannot say."""
        return ()


def _columns(names: Mapping[int, str], mapped: Mapping[str, str], model: str) -> dict[int, Label]:
    """Which output column stands for which of our labels."""
    known = {label.value for label in Label}
    wrong = sorted((set(mapped.values()) - known) | (set(mapped) - set(names.values())))
    if wrong:
        raise ArtifactError(f"{', '.join(wrong)}: neither a label of {model!r} nor one of ours")
    wanted = {column: mapped.get(name, name) for column, name in names.items()}
    columns = {int(column): Label(name) for column, name in wanted.items() if name in known}
    if not columns:
        raise ArtifactError(
            f"{model!r} has the labels {', '.join(names.values())}, none of ours; "
            f"map them, as in transformers:{model}?{next(iter(names.values()))}=abuse"
        )
    return columns
