"""Does a message belong to its community's theme: on themes and domains that were never trained on.

    python -m eval.off_topic

The corpus' test pairs have themes of their own. The command domains (`smp2019_nlu`) play no part in
training relevance; each is given the name a group on it would have, and every message is paired with its own
domain and with another one.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from copilot.charter import Charter
from copilot.moderator import Moderator
from copilot.types import Community, Label, Message
from eval.metrics import auc, share
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import DATASETS
from training.themes import corpus_themes, small_talk

EXAMPLES = 8
"""Messages of a theme that a community has approved, in the second half of the table."""
DOMAINS: Mapping[str, str] = {
    "cookbook": "做菜 菜谱",
    "poetry": "古诗词",
    "train": "火车票",
    "flight": "机票 航班",
    "bus": "长途汽车",
    "weather": "天气",
    "stock": "股票行情",
    "health": "疾病与健康",
    "music": "听歌",
    "video": "追剧 看片",
    "novel": "小说",
    "match": "球赛",
    "lottery": "彩票开奖",
    "translation": "英语翻译",
    "riddle": "猜谜语",
    "map": "地图导航 问路",
}

Triple = tuple[str, str, int]


def domain_pairs() -> list[Triple]:
    """Return (theme, message, belongs), each message once with its own domain and once with another."""
    frame = pd.concat(
        [pd.read_parquet(DATASETS / folder / f"smp2019_nlu.{folder}.parquet") for folder in ("dev", "train")]
    )
    frame = frame[frame["label"].isin(list(DOMAINS))].groupby("label").head(60)
    rng = np.random.default_rng(0)
    found: list[Triple] = []
    for text, label in zip(frame["text"], frame["label"], strict=True):
        other = rng.choice([name for name in DOMAINS if name != label])
        found += [(DOMAINS[label], str(text), 1), (DOMAINS[str(other)], str(text), 0)]
    return found


def foreign(moderator: Moderator, pairs: Sequence[Triple], examples: Mapping[str, tuple[str, ...]]) -> list[float]:
    """Return the product's off-topic score of each message under its theme."""
    names = {theme: f"c{i}" for i, theme in enumerate(dict.fromkeys(theme for theme, _, _ in pairs))}
    known = {
        cid: Charter(Community(cid, cid, theme=theme, on_topic_examples=examples.get(theme, ())))
        for theme, cid in names.items()
    }
    messages = [Message(str(i), text, community=names[theme]) for i, (theme, text, _) in enumerate(pairs)]
    return [a.scores[Label.OFF_TOPIC] for a in moderator.assess(messages, known)]


def with_examples(pairs: Sequence[Triple]) -> tuple[list[Triple], dict[str, tuple[str, ...]]]:
    """Take a few on-topic messages of each theme out of the pairs, as its approved ones."""
    taken: dict[str, list[str]] = defaultdict(list)
    rest: list[Triple] = []
    for theme, text, belongs in pairs:
        if belongs and len(taken[theme]) < EXAMPLES:
            taken[theme].append(text)
        else:
            rest.append((theme, text, belongs))
    return rest, {theme: tuple(texts) for theme, texts in taken.items()}


def measure(moderator: Moderator) -> list[dict[str, object]]:
    """Return a row per set: AUC by theme alone and with approved messages, and what is flagged."""
    sets: dict[str, list[Triple]] = {"corpus test themes": list(corpus_themes("test"))}
    if DATASETS.is_dir():
        sets["command domains"] = domain_pairs()
    talk = [(theme, text, 1) for theme, text in small_talk("test")]
    table: list[dict[str, object]] = []
    for name, pairs in sets.items():
        rest, examples = with_examples(pairs)
        for kind, chosen in (("theme alone", {}), (f"and {EXAMPLES} approved messages", examples)):
            score, truth = np.array(foreign(moderator, rest, chosen)), np.array([b == 0 for _, _, b in rest])
            band = moderator.policy.bands[Label.OFF_TOPIC].review if Label.OFF_TOPIC in moderator.policy.bands else 0.5
            table.append(
                {
                    "set": name,
                    "knows": kind,
                    "pairs": len(rest),
                    "themes": len({theme for theme, _, _ in rest}),
                    "auc": auc(truth, score),
                    "flagged_off_topic": share(score[truth] >= band),
                    "flagged_on_topic": share(score[~truth] >= band),
                    "flagged_small_talk": share(np.array(foreign(moderator, talk, chosen)) >= band),
                }
            )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    text = show("Off topic", measure(Moderator(load_classifier(options.classifier))))
    publish("off_topic", text)


if __name__ == "__main__":
    main()
