"""Are the entries of feeds that a community is shown near its theme?

    python -m eval.feeds

Headlines of the public set `toutiao_headlines` (its dev part; the encoder has seen headlines of the same fourteen
categories under the categories' names) stand for a day's entries: twelve of each category, five are shown. A headline
is right where it belongs to the category that a theme, written here, is about. A category is a coarse truth: for a
running club every headline on football counts as right, and one on running shoes filed under finance as wrong.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from copilot.drafting.feeds import nearness
from copilot.drafting.likeness import read_texts
from eval.metrics import share
from eval.quality import publish, show
from eval.topics import Model
from models import DEFAULT_CLASSIFIER, load_classifier
from training.sources import DATASETS

THEMES: Mapping[str, tuple[str, ...]] = {
    "汽车": ("城南车友会，选车、保养、自驾", "新能源车主交流，充电、续航、用车"),
    "体育": ("周末野球群，约球、看球、聊球赛", "跑团和球迷的小群"),
    "教育": ("三年级家长群，作业、升学", "考研互助，复习、择校、调剂"),
    "旅游": ("自驾游爱好者，路线、景点、住宿", "周末去哪玩，周边游和徒步"),
    "农业": ("果农技术群，种植、病虫、销路", "水稻种植户，插秧打药粮价"),
    "房产": ("买房看房互助，楼市政策、贷款", "业主群，物业、房子、装修"),
    "电竞游戏": ("梨花公会，副本、配装、活动", "手游开黑群"),
    "科技": ("夜班码农，后端、工具、职业", "数码发烧友，手机、电脑、智能家居"),
    "财经": ("基金定投记录，不荐股", "价值投资读书小圈，财报估值"),
    "文化": ("慢读会，一月一本书", "古诗词爱好者，对联和书法"),
}
SHOWN, OF_EACH, DAYS = 5, 12, 6

Scorer = Callable[[Sequence[str], str], Sequence[float]]


def scorers(model: Model) -> Mapping[str, Scorer]:
    """Return ways to rank headlines by a theme."""

    def everything(titles: Sequence[str], theme: str) -> Sequence[float]:
        return nearness(titles, read_texts(titles, model), "", theme, model, model)

    def words(titles: Sequence[str], theme: str) -> Sequence[float]:
        return nearness(titles, read_texts(titles, None), "", theme, None, None)

    def cosine(titles: Sequence[str], theme: str) -> Sequence[float]:
        known = read_texts([theme, *titles], model)
        assert known.vectors is not None
        return [float(x) for x in known.vectors[1:] @ known.vectors[0]]

    return {"product": everything, "words alone": words, "encoder's cosine alone": cosine}


def measure(model: Model) -> list[dict[str, object]]:
    """Return a row per way to rank: precision among the entries shown."""
    frame = pd.read_parquet(DATASETS / "dev" / "toutiao_headlines.dev.parquet")
    frame = frame[frame.groupby("label")["label"].transform("size") >= OF_EACH]
    table: list[dict[str, object]] = []
    days = [frame.groupby("label").sample(OF_EACH, random_state=day) for day in range(DAYS)]
    for name, scorer in scorers(model).items():
        right: list[bool] = []
        for day in days:
            titles, labels = day["text"].astype(str).tolist(), day["label"].astype(str).tolist()
            for wanted, themes in THEMES.items():
                for theme in themes:
                    best = np.argsort(-np.array(scorer(titles, theme)))[:SHOWN]
                    right += [labels[i] == wanted for i in best]
        table.append({"ranked by": name, "entries shown": len(right), "of its category": share(np.array(right))})
    chance = OF_EACH / len(days[0])
    table.append({"ranked by": "chance", "entries shown": "", "of its category": chance})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    if not DATASETS.is_dir():
        print(f"The public sets are not at {DATASETS}: nothing is measured.")
        return
    model: Model = load_classifier(options.classifier)  # type: ignore[assignment]
    publish("feeds", show("Entries shown of a day's feeds", measure(model)))


if __name__ == "__main__":
    main()
