"""Rows to learn from: public sets (outside this project) and the project's own corpus.

Each row says for each label whether it is carried (1), not carried (0) or not known (absent).
The public sets are read from a folder laid out as `train/`, `dev/` and `eval_only/`, which the environment
variable DATASETS names, by default `../shared/datasets`; `data/sources.toml` names each with its
licence. Sets under `eval_only` are never returned for training.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from copilot.types import Label

ROOT = Path(__file__).resolve().parent.parent
DATASETS = Path(os.environ.get("DATASETS", ROOT.parent / "shared" / "datasets"))
CORPUS = ROOT / "data" / "corpus"
SOURCES = ROOT / "data" / "sources.toml"

TEXT_LABELS = (Label.ADS, Label.FRAUD, Label.GAMBLING, Label.PORN, Label.ABUSE, Label.RUMOR, Label.PRIVACY)
"""Labels that a text alone can carry and a classifier is trained for."""

Known = Mapping[Label, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One text with what is known of it."""

    text: str
    known: Known
    source: str
    slice: str = ""
    first: int | None = None
    """What COLD itself said of abuse; its second annotation, where there is one, is in `known`."""
    doubted: bool = False
    """Whether COLD's second annotation is missing."""


def _clean_of(*unknown: Label) -> dict[Label, int]:
    """Nothing is carried, and nothing is known of these labels."""
    return {label: 0 for label in TEXT_LABELS if label not in unknown}


_CLEAN = _clean_of()
_COMMERCIAL = (Label.ADS, Label.FRAUD, Label.GAMBLING, Label.PORN)
_NOT_SOLD = dict.fromkeys(_COMMERCIAL, 0)

Reader = Callable[[Mapping[str, Any]], Known | None]
"""From a set's row to what it teaches; None leaves the row out."""


def _cold(row: Mapping[str, Any]) -> Known | None:
    # the independent re-annotation is usually right where the two disagree
    label = row["label"] if _annotated_once(row) else row["chsd_label"]
    return {**_NOT_SOLD, Label.RUMOR: 0, Label.ABUSE: int(label == "abuse")}


def _annotated_once(row: Mapping[str, Any]) -> bool:
    return "chsd_label" in row and row["chsd_label"] not in ("abuse", "normal")


def _abuse(row: Mapping[str, Any]) -> Known | None:
    return {**_NOT_SOLD, Label.RUMOR: 0, Label.ABUSE: int(row["label"] == "abuse")}


def _swsr(row: Mapping[str, Any]) -> Known | None:
    return {**_NOT_SOLD, Label.ABUSE: 1} if row["label"] == "abuse" else None


def _chnci(row: Mapping[str, Any]) -> Known | None:
    return _CLEAN if row.get("votes") == 0 else None


def _telegram(row: Mapping[str, Any]) -> Known | None:
    return {Label.ADS: 1, Label.ABUSE: 0, Label.RUMOR: 0} if row["label"] == "ad" else _clean_of(Label.ABUSE)


def _game(row: Mapping[str, Any]) -> Known | None:
    return {Label.ADS: 1, Label.RUMOR: 0} if row["label"] == "ad" else {**_NOT_SOLD, Label.RUMOR: 0}


def _qqgroup(row: Mapping[str, Any]) -> Known | None:
    if row["label"] == "ad":
        return {Label.ADS: 1, Label.GAMBLING: 0, Label.ABUSE: 0, Label.RUMOR: 0}
    return {**_NOT_SOLD, Label.RUMOR: 0}


def _sms_spam(row: Mapping[str, Any]) -> Known | None:
    label = row["label"]
    if label == "political" or row.get("sublabel") == "political":
        return None
    rest = {Label.ABUSE: 0, Label.RUMOR: 0}
    return {
        "ad": {Label.ADS: 1, Label.FRAUD: 0, Label.GAMBLING: 0, Label.PORN: 0, **rest},
        "other_spam": {Label.ADS: 1, **rest},
        "fraud": {Label.FRAUD: 1, Label.GAMBLING: 0, Label.PORN: 0, **rest},
        "gambling": {Label.GAMBLING: 1, Label.ADS: 1, Label.PORN: 0, **rest},
        "porn": {Label.PORN: 1, Label.ADS: 1, Label.GAMBLING: 0, **rest},
    }.get(label)


def _antispam(row: Mapping[str, Any]) -> Known | None:
    return {Label.ADS: 1, Label.ABUSE: 0} if row["label"] == "ad" else _clean_of(Label.ABUSE)


def _rumour(row: Mapping[str, Any]) -> Known | None:
    return {**_NOT_SOLD, Label.ABUSE: 0, Label.RUMOR: int(row["label"] == "rumor")}


def _clean(row: Mapping[str, Any]) -> Known | None:
    return _CLEAN


def _clean_but_rough(row: Mapping[str, Any]) -> Known | None:
    return _clean_of(Label.ABUSE)


_READERS: Mapping[str, Reader] = {
    "cold": _cold,
    "swsr": _swsr,
    "chnci": _chnci,
    "sccd_bythread": _abuse,
    "tg_spam_telegram": _telegram,
    "tg_spam_game": _game,
    "qqgroup_ads": _qqgroup,
    "fbs_sms": _sms_spam,
    "comment_antispam": _antispam,
    "ced": _rumour,
    "ma_weibo": _rumour,
    "weibo_eann": _rumour,
    "ltcr": _rumour,
    "tg_groupchat_stream": _clean_but_rough,
    "nus_sms_zh": _clean,
    "kdconv": _clean,
    "cped": _clean_but_rough,
    "waimai_10k": _clean,
    "online_shopping": _clean,
    "chnsenticorp_htl": _clean,
    "toutiao_headlines": _clean,
    "smp2020_usual": _clean_but_rough,
    "weibo2018_senti": _clean_but_rough,
    "smp2019_nlu": _clean,
    "oppo_xiaobu_unlabelled": _clean,
}
ORDINARY_CHAT = ("nus_sms_zh", "kdconv", "cped")
"""Sets that stand for ordinary chat; a tenth of each is held back to count false alarms on."""

MASKED = "fbs_sms"
"""The set whose entities are masked by words, which are filled with plausible values."""

_LARGEST = {"chnci": 40_000, "online_shopping": 15_000, "oppo_xiaobu_unlabelled": 10_000, "toutiao_headlines": 15_000}
BRACKETED = re.compile(r"[【】#\[\]]|&nbsp;")


def held_back(text: str) -> bool:
    """Whether a row of an ordinary-chat set is kept for measuring."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[0] % 10 == 0


def licences() -> dict[str, str]:
    """Return the licence tag of each public set, by name."""
    sets = tomllib.loads(SOURCES.read_text("utf-8"))["sets"]
    return {name: entry["tag"] for name, entry in sets.items()}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in record.items()} for record in frame.to_dict("records")]


def _files(folder: str, name: str) -> list[Path]:
    return sorted((DATASETS / folder).glob(f"{name}.*.parquet"))


def public_rows(folder: str, name: str) -> Iterator[Row]:
    """Yield the usable rows of one public set in `train`, `dev` or `eval_only`."""
    reader = _READERS[name]
    refill = _Refill(name) if name == MASKED else None
    for path in _files(folder, name):
        frame = pd.read_parquet(path)
        if folder == "train" and len(frame) > _LARGEST.get(name, len(frame)):
            frame = frame.sample(_LARGEST[name], random_state=0)
        column = "text" if "text" in frame else "text_a"
        for record in _records(frame):
            known = reader(record)
            text = str(record[column])
            if known is None or not text.strip():
                continue
            if reader is _rumour:
                text = BRACKETED.sub("", text)
            first = int(record["label"] == "abuse") if name == "cold" else None
            yield Row(refill(text) if refill else text, known, name, "", first, _annotated_once(record))


def training_rows(tags: tuple[str, ...] = ("permissive", "unstated", "academic")) -> list[Row]:
    """Return every training row whose set carries one of the licence tags, and the corpus."""
    tag = licences()
    rows: list[Row] = []
    for name in _READERS:
        if tag[name] not in tags:
            continue
        chat = name in ORDINARY_CHAT
        rows += [row for row in public_rows("train", name) if not (chat and held_back(row.text))]
    return rows + corpus_rows("train")


def ordinary_chat() -> list[Row]:
    """Return the held-back rows of the ordinary-chat sets."""
    return [r for name in ORDINARY_CHAT for r in public_rows("train", name) if held_back(r.text)]


@cache
def _splits() -> dict[str, dict[str, str]]:
    folders = tomllib.loads((CORPUS / "splits.toml").read_text("utf-8"))
    return {
        folder: {batch: part for part, batches in parts.items() for batch in batches}
        for folder, parts in folders.items()
    }


def part_of(folder: str, batch: str) -> str:
    """Return the part (`train`, `dev` or `test`) that a batch of a corpus folder belongs to."""
    return _splits().get(folder, {}).get(batch, "train")


def corpus_rows(part: str) -> list[Row]:
    """Return the corpus messages of one part (`train`, `dev` or `test`)."""
    rows: list[Row] = []
    for path in sorted((CORPUS / "messages").glob("*.jsonl")):
        if part_of("messages", path.stem) != part:
            continue
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            known = {label: int(label in record["labels"]) for label in TEXT_LABELS}
            rows.append(Row(record["text"], known, "corpus", record["slice"]))
    return rows


class _Refill:
    """Puts plausible values where a set masks entities, so that no model learns the masks."""

    _MASK = re.compile(
        r"\s*\b(DIGIT|URL|NAME|PLACE|CELLPHONE|PHONE|WECHAT)\b\s*|(DIGIT|URL|NAME|PLACE|CELLPHONE|PHONE|WECHAT)"
    )
    _NAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
    _PLACES = tuple("城东 南湖 新街 人民路 中山 万达 东风 滨江 高新 河西 北门 金桥 西城 龙湖 开元 长安".split())

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - reproducible, not secret

    def __call__(self, text: str) -> str:
        return self._MASK.sub(lambda match: self._value(match[1] or match[2]), text)

    def _value(self, mask: str) -> str:
        pick = self._random
        if mask == "DIGIT":
            return str(pick.choice([1, 2, 3, 5, 10, 20, 50, 88, 99, 100, 168, 200, 300, 500, 1000, 5000]))
        if mask == "URL":
            return "".join(pick.choices("abcdefghkmnpqrstuvwxyz", k=pick.randint(3, 7))) + pick.choice(
                [".com", ".cn", ".cc"]
            )
        if mask == "NAME":
            return pick.choice(self._NAMES) + pick.choice(["经理", "先生", "女士", "老师", "小姐"])
        if mask == "PLACE":
            return pick.choice(self._PLACES)
        if mask == "WECHAT":
            return "".join(pick.choices("abcdefghkmnpqrstuvwxyz", k=4)) + str(pick.randint(100, 9999))
        return "1" + str(pick.randint(30, 99)) + str(pick.randint(10_000_000, 99_999_999))
