"""Pairs of a theme and a message with whether the message belongs: what off-topic is learnt from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from training.sources import CORPUS, DATASETS, part_of

Themed = tuple[str, str]
"""A theme and a message that belongs to it."""

_NAMES: Mapping[str, Mapping[str, str]] = {
    "kdconv": {"film": "电影 影迷交流", "music": "音乐 歌曲 歌手", "travel": "旅游 景点 出行"},
    "thucnews_headlines": {
        "game": "游戏",
        "society": "社会新闻",
        "stocks": "股票",
        "finance": "财经理财",
        "sports": "体育比赛",
        "realty": "房产",
        "education": "教育 升学",
        "politics": "时政",
        "science": "科技数码",
        "entertainment": "娱乐明星",
    },
    "fewclue_tnews": {
        "news_story": "民间故事",
        "news_entertainment": "娱乐圈",
        "news_finance": "金融理财",
        "news_sports": "体育",
        "news_edu": "教育",
        "news_game": "电子游戏",
        "news_culture": "文化历史",
        "news_tech": "科技",
        "news_car": "汽车",
        "news_travel": "旅行",
        "news_world": "国际新闻",
        "news_agriculture": "农业种植养殖",
        "news_military": "军事",
        "news_house": "买房卖房",
        "news_stock": "炒股",
    },
}
"""What a class of a public set would be called as the theme of a group."""

_COLUMNS = {
    "kdconv": "label",
    "thucnews_headlines": "label",
    "fewclue_tnews": "label",
    "toutiao_headlines": "label",
    "fewclue_iflytek": "label",
    "online_shopping": "topic",
    "chnci": "incident",
}
_MOST_A_THEME = 400
_MOST_POSTS = 2500
_TOPICAL = 8
"""Characters from which a corpus message is taken to speak of its community's subject."""


def public_themes(names: Sequence[str]) -> Iterator[Themed]:
    """Yield (theme, message) of the public sets among `names`, at most 400 a theme."""
    for name, column in _COLUMNS.items():
        if name not in names:
            continue
        for path in sorted((DATASETS / "train").glob(f"{name}.*.parquet")):
            frame = pd.read_parquet(path)
            if column not in frame:
                continue
            for theme, group in frame.groupby(column):
                title = _NAMES.get(name, {}).get(str(theme), str(theme))
                for text in group["text"].sample(min(_MOST_A_THEME, len(group)), random_state=0):
                    yield title, str(text)


def comments(names: Sequence[str], each: int, seed: int) -> Iterator[Themed]:
    """Yield (post, comment) pairs of the Weibo events, some comments of six and more characters a post."""
    wanted = ("weibo_comments", "weibo_events")
    if not set(wanted) <= set(names) or not DATASETS.is_dir():
        return
    posts = pd.read_parquet(DATASETS / "train" / "weibo_events.all.parquet").drop_duplicates("event")
    texts = dict(zip(posts["event"].astype(str), posts["text"].astype(str), strict=True))
    frame = pd.read_parquet(DATASETS / "train" / "weibo_comments.unlabelled.parquet", columns=["text", "event"])
    frame = frame[frame["text"].str.len().between(6, 60) & frame["event"].astype(str).isin(set(texts))]
    frame = frame.sample(frac=1, random_state=seed).groupby("event").head(each)
    for text, event in zip(frame["text"], frame["event"].astype(str), strict=True):
        yield texts[event][:80], str(text)


def corpus_themes(part: str) -> Iterator[tuple[str, str, int]]:
    """Yield (theme, message, belongs) of the corpus' off-topic pairs; small talk is left out."""
    for record in _records("off_topic", part):
        if record["verdict"] != "small_talk":
            yield record["theme"], record["text"], int(record["verdict"] == "on_topic")


def small_talk(part: str) -> list[Themed]:
    """Return (theme, small talk under it) of the corpus' off-topic pairs."""
    return [(r["theme"], r["text"]) for r in _records("off_topic", part) if r["verdict"] == "small_talk"]


def corpus_communities() -> Iterator[Themed]:
    """Yield (theme, message) of the corpus' training part: clean messages, topic prompts, days, clauses."""
    for record in _records("messages", "train"):
        if record["slice"] in ("clean", "hard_negative") and len(record["text"]) >= _TOPICAL:
            yield record["community"], record["text"]
    profiles = {p["id"]: p["theme"] for p in read_lines(CORPUS / "profiles" / "profiles.jsonl")}
    for topic in read_lines(CORPUS / "profiles" / "topics.jsonl"):
        if topic["fits"]:
            yield profiles[topic["profile"]], topic["text"]
    for path in sorted((CORPUS / "days").glob("*.jsonl")):
        if part_of("days", path.stem) == "train":
            header, *rows = read_lines(path)
            yield from ((header["theme"], row["text"]) for row in rows if len(row["text"]) >= _TOPICAL)


def clause_pairs() -> Iterator[Themed]:
    """Yield (clause, message that it speaks of) of the corpus' rules."""
    clauses = {}
    for path in sorted((CORPUS / "rules").glob("*.json")):
        for clause in json.loads(path.read_text("utf-8"))["clauses"]:
            clauses[path.stem, clause["number"]] = clause["text"]
    for pair in read_lines(CORPUS / "rules" / "pairs.jsonl"):
        clause = clauses.get((pair["rules"], pair["clause"]))
        if clause and hash_share(pair["rules"]) < 0.75:
            yield clause, pair["text"]


def hash_share(key: str) -> float:
    """A number in [0, 1) that depends on the key alone, to split by."""
    return float(np.random.default_rng(list(key.encode())).random())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _records(folder: str, part: str) -> Iterator[dict[str, Any]]:
    for path in sorted((CORPUS / folder).glob("*.jsonl")):
        if part_of(folder, path.stem) == part:
            yield from read_lines(path)
