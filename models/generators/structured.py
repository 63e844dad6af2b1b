"""JSON after a schema, enforced token by token with llguidance where it is installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

_FORM: Any = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""Models write JSON as Python does; free white space would let a small one write nothing else."""


class Constrainer:
    """Makes logits processors for one tokenizer; None where llguidance is missing or cannot use the tokenizer."""

    def __init__(self, tokenizer: Any, ends: list[int]) -> None:
        try:
            from llguidance.hf import from_tokenizer

            self._tokenizer: Any = from_tokenizer(tokenizer, eos_token=ends)
        except (ImportError, ValueError):
            self._tokenizer = None

    def processor(self, schema: Mapping[str, Any], prompt_tokens: int) -> SchemaProcessor | None:
        """A processor for one answer after a prompt of so many tokens."""
        if self._tokenizer is None:
            return None
        from llguidance import LLMatcher

        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema, ensure_ascii=False), overrides=_FORM)
        matcher = LLMatcher(self._tokenizer, grammar, log_level=0)
        if matcher.is_error():
            return None
        return SchemaProcessor(matcher, prompt_tokens)


class SchemaProcessor:
    """Leaves only tokens that can continue an answer of the schema. Reads one sequence, never a batch."""

    def __init__(self, matcher: Any, prompt_tokens: int) -> None:
        self._matcher = matcher
        self._seen = prompt_tokens

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores of shape (1, vocabulary), minus infinity where a token would break the schema."""
        import torch

        row = input_ids[0].tolist()
        self._matcher.consume_tokens(row[self._seen :])
        self._seen = len(row)
        allowed = np.unpackbits(np.frombuffer(self._matcher.compute_bitmask(), np.uint8), bitorder="little")
        if self._matcher.is_error() or not allowed.any():
            raise RuntimeError(f"the schema allows no token: {self._matcher.get_error()[:200]}")
        mask = np.zeros(scores.shape[-1], bool)
        known = min(len(allowed), len(mask))
        mask[:known] = allowed[:known]
        return scores.masked_fill(~torch.from_numpy(mask).to(scores.device), float("-inf"))
