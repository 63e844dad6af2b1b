"""Fit how likely a decided case is the same again, and write the artefact `precedents-zh`.

    python -m training.precedents            # half a minute; a new version under models/artifacts/precedents-zh
    python -m training.precedents --dry      # only print what would be written

Pairs are the case families' members, and a cloaked variant of each (the same again); and, as what they must be told
from, look-alikes, other families and ordinary chat, as far as a search would bring them up. The weights of the text
are learnt from the train families. The encoder was trained on these and finds their members alike as it will find no
others, so the weight of its cosine beside the text's verdict is learnt from the dev families, which it never saw.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from copilot.ports import Encoder
from copilot.text import text_views
from copilot.types import DecidedCase, Decision
from models import DEFAULT_ENCODER, load_encoder
from models.precedents.comparison import FEATURES, RARITY_BITS, Rarity, rarity_table
from models.precedents.ranking import DEFAULT_RANKING
from models.precedents.reading import KINDS, grams, reading
from models.precedents.segment import Question, Segment
from training.augment import variant
from training.examples import families
from training.save import next_version, write_manifest
from training.sources import DATASETS, Row, corpus_rows, public_rows

_CHAT = 600
_BACKGROUND = ("nus_sms_zh", "kdconv", "cped", "qqgroup_ads", "tg_spam_telegram")
_BACKGROUND_ROWS = 4000
"""Texts of each background set, which are counted, not learnt from."""
_SEED = 11
TAGS = ("permissive", "unstated", "academic")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of a text and a decided case: features (pairs, FEATURES), cosine, and whether it is the same again."""

    features: NDArray[np.float32]
    cosine: NDArray[np.float32]
    same: NDArray[np.bool_]


def background() -> list[Row]:
    """Return ordinary and commercial texts of the training parts, to count how common n-grams are."""
    found = corpus_rows("train")
    for name in _BACKGROUND if DATASETS.is_dir() else ():
        rows = list(public_rows("train", name))
        found += [rows[i] for i in np.random.default_rng(0).permutation(len(rows))[:_BACKGROUND_ROWS]]
    return found


def table(texts: Sequence[str]) -> NDArray[np.uint8]:
    """Return the table of how rare n-grams are among texts, shape (2 ** RARITY_BITS,)."""
    read = [reading(text_views(text)) for text in texts]
    counts = np.zeros(1 << RARITY_BITS, dtype=np.int64)
    codes, lengths = np.concatenate(read), np.array([len(each) for each in read])
    for kind in range(KINDS):
        row, key = grams(codes, lengths, kind)
        held = np.unique((row.astype(np.uint64) << np.uint64(32)) | (key >> np.uint32(32 - RARITY_BITS)))
        counts += np.bincount(held.astype(np.uint32), minlength=len(counts))
    return rarity_table(counts, len(texts))


def pairs(part: str, rarity: Rarity, encoder: Encoder) -> Pairs:
    """Return the pairs of one part: each text beside the members and look-alikes that a search would bring up."""
    texts, family, member = [], [], []
    for number, (members, look_alikes) in enumerate(families(part)):
        texts += [*members, *look_alikes]
        family += [number] * (len(members) + len(look_alikes))
        member += [True] * len(members) + [False] * len(look_alikes)
    decided = len(texts)
    chat = [row.text for row in corpus_rows(part) if row.slice == "clean"][:_CHAT]
    texts += [variant(text, _SEED) for text, is_member in zip(texts, member, strict=True) if is_member] + chat
    family_of = np.array([*family, *np.array(family)[member], *[-1] * len(chat)])
    member_of = np.array([*member, *[True] * sum(member), *[False] * len(chat)])
    views = [text_views(text) for text in texts]
    vectors = np.concatenate([encoder.encode(views[i : i + 128]) for i in range(0, len(views), 128)])
    cases = [DecidedCase(i, "", text, Decision.ALLOW, ()) for i, text in enumerate(texts[:decided])]
    segment = Segment.of(cases, vectors[:decided], rarity)
    found: list[tuple[NDArray[Any], ...]] = []
    for index, (view, vector) in enumerate(zip(views, vectors, strict=True)):
        asked = Question.of(view, vector)
        places = segment.candidates(asked, 1, rarity)
        akin = family_of[places] == family_of[index]
        unclear = akin & ~member_of[places] & ~member_of[index]  # nobody says whether look-alikes are alike
        places = places[(places != index) & ~unclear]
        same = (family_of[places] == family_of[index]) & member_of[places] & member_of[index]
        if len(places):
            compared, cosine = segment.compared(asked, places, rarity)
            found.append((compared.features, cosine, same))
    features, cosine, same = (np.concatenate(column) for column in zip(*found, strict=True))
    return Pairs(features, cosine, same)


def fit(train: Pairs, dev: Pairs, encoder: str) -> dict[str, dict[str, float]]:
    """Return the weights by encoder; `text` are those for vectors of any other one."""
    text = LogisticRegression(C=1.0, max_iter=1000).fit(train.features, train.same)
    verdict = text.decision_function(dev.features)
    both = LogisticRegression(C=1.0).fit(np.stack([verdict, dev.cosine], 1), dev.same)
    slope, cosine = map(float, both.coef_[0])
    alone = LogisticRegression(C=1.0).fit(verdict[:, None], dev.same)
    return {
        "text": _weights(text, float(alone.coef_[0, 0]), 0.0, float(alone.intercept_[0])),
        encoder: _weights(text, slope, cosine, float(both.intercept_[0])),
    }


def _weights(text: LogisticRegression, slope: float, cosine: float, intercept: float) -> dict[str, float]:
    scaled = (text.coef_[0] * slope).tolist()
    return {
        **dict(zip(FEATURES, scaled, strict=True)),
        "cosine": cosine,
        "intercept": float(text.intercept_[0]) * slope + intercept,
    }


def quality(weights: dict[str, float], found: Pairs) -> dict[str, float]:
    """Return how well pairs are told apart: AUC and average precision."""
    features = np.array([weights[name] for name in FEATURES])
    logit = found.features @ features + weights["cosine"] * found.cosine + weights["intercept"]
    return {
        "pairs": len(found.same),
        "same": float(found.same.mean()),
        "auc": float(roc_auc_score(found.same, logit)),
        "average_precision": float(average_precision_score(found.same, logit)),
        "mean_probability": float((1 / (1 + np.exp(-logit))).mean()),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--out", type=Path, help="folder of the artefact, by default the next version")
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args(arguments)
    encoder = load_encoder(options.encoder)
    counted = background()
    rare = table([row.text for row in counted])
    train, dev = (pairs(part, Rarity(rare), encoder) for part in ("train", "dev"))
    weights = fit(train, dev, encoder.version)
    for name, chosen in weights.items():
        print(name, {key: round(value, 2) for key, value in chosen.items()})
        print("  dev", quality(chosen, dev))
    if options.dry:
        return
    folder = options.out or next_version(DEFAULT_RANKING)
    folder.mkdir(parents=True, exist_ok=False)
    np.save(folder / "rarity.npy", rare, allow_pickle=False)
    write_manifest(
        folder,
        name=DEFAULT_RANKING,
        kind="precedents",
        labels=[],
        options={"weights": weights},
        bands={},
        tags=TAGS,
        counts=Counter(row.source for row in counted),
    )
    print(f"written to {folder}")


if __name__ == "__main__":
    main()
