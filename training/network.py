"""The encoder as a PyTorch module: a small BERT over characters, syllables and hashed n-grams.

Every character enters as the sum of its own embedding, its syllable's (as token type) and a
projection of three hashed n-grams around it (two characters, three characters, two syllables). The n-grams are
hashed inside the network, so that training and the exported graph cannot differ.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from models.tokens import LONGEST, PAD


@dataclass(frozen=True, slots=True)
class Size:
    """Shape of the network."""

    vocabulary: int
    syllables: int
    width: int = 256
    layers: int = 4
    heads: int = 4
    inner: int = 1024
    gram_width: int = 64
    gram_bits: int = 16
    """Two-character and three-character n-grams have 2**bits rows each, two-syllable ones half of that."""
    vector: int = 128
    labels: int = 7

    def asdict(self) -> dict[str, Any]:
        """As plain values, for a checkpoint."""
        return asdict(self)


_A, _B, _C = 1_000_003, 7_368_787, 15_485_863
"""Primes; with ids below 2**14 no product leaves 64 bits."""


class Grams(nn.Module):
    """Hashed n-gram embeddings, shape (batch, length) to (batch, length, width)."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.rows = 1 << size.gram_bits
        self.table = nn.Embedding(self.rows * 2 + self.rows // 2, size.gram_width, sparse=True)
        nn.init.normal_(self.table.weight, std=0.02)
        self.project = nn.Linear(size.gram_width, size.width, bias=False)

    def forward(self, ids: Tensor, syllables: Tensor) -> Tensor:
        """Embed the n-grams that end at, or surround, each character."""
        before = nn.functional.pad(ids[:, :-1], (1, 0))
        after = nn.functional.pad(ids[:, 1:], (0, 1))
        heard_before = nn.functional.pad(syllables[:, :-1], (1, 0))
        two = (before * _A + ids * _B) % self.rows
        three = (before * _B + ids * _C + after * _A) % self.rows + self.rows
        heard = (heard_before * _A + syllables * _C) % (self.rows // 2) + self.rows * 2
        table = self.table
        embedded: Tensor = table(two) + table(three) + table(heard)
        projected: Tensor = self.project(embedded)
        return projected


class Encoder(nn.Module):
    """From ids and syllables, shape (batch, length), to hidden states (batch, length, width)."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        config = BertConfig(
            vocab_size=size.vocabulary,
            hidden_size=size.width,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            intermediate_size=size.inner,
            type_vocab_size=size.syllables,
            max_position_embeddings=LONGEST,
            hidden_dropout_prob=0.1,
            attention_probs_dropout_prob=0.0,
            pad_token_id=PAD,
        )
        self.bert = BertModel(config, add_pooling_layer=False)
        self.grams = Grams(size)

    def forward(self, ids: Tensor, syllables: Tensor) -> Tensor:
        """Return the last hidden states."""
        embedded = self.bert.embeddings.word_embeddings(ids) + self.grams(ids, syllables)
        hidden: Tensor = self.bert(
            inputs_embeds=embedded, token_type_ids=syllables, attention_mask=(ids != PAD).long()
        ).last_hidden_state
        return hidden


class MaskedCharacters(nn.Module):
    """Pre-training head: which character stood here, and how did it sound. Weights tied to the embedding."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        width = encoder.size.width
        self.encoder = encoder
        self.transform = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(encoder.size.vocabulary))

    def forward(self, ids: Tensor, syllables: Tensor, at: Tensor) -> Tensor:
        """Return logits over the vocabulary for the positions in the Boolean mask `at`."""
        hidden = self.transform(self.encoder(ids, syllables)[at])
        logits: Tensor = hidden @ self.encoder.bert.embeddings.word_embeddings.weight.T + self.bias
        return logits


class Judge(nn.Module):
    """The encoder with its heads: label logits and a unit vector for search."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        size = encoder.size
        self.encoder = encoder
        self.labels = nn.Sequential(
            nn.Linear(size.width * 3, size.width), nn.GELU(), nn.Dropout(0.1), nn.Linear(size.width, size.labels)
        )
        self.vector = nn.Linear(size.width, size.vector, bias=False)
        self.relevance = nn.Sequential(nn.Linear(size.vector * 2, 64), nn.GELU(), nn.Linear(64, 1))
        """From theme and message vectors (product and distance) to the logit of belonging together."""

    def forward(self, ids: Tensor, syllables: Tensor) -> tuple[Tensor, Tensor]:
        """Return label logits (batch, labels) and unit vectors (batch, vector)."""
        hidden = self.encoder(ids, syllables)
        inside = (ids != PAD).unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * inside).sum(1) / inside.sum(1)
        highest = (hidden + (inside - 1) * 1e4).max(1).values
        logits = self.labels(torch.cat([hidden[:, 0], mean, highest], dim=-1))
        vector = nn.functional.normalize(self.vector(mean).float(), dim=-1)
        return logits.float(), vector

    def relevant(self, theme: Tensor, message: Tensor) -> Tensor:
        """Return the logit that a message belongs to a theme, from their unit vectors."""
        dim = theme.shape[-1]  # brings both parts to the size of 1, whatever the dimension
        both = torch.cat([theme * message * dim, (theme - message).abs() * dim**0.5], dim=-1)
        logit: Tensor = self.relevance(both).squeeze(-1)
        return logit
