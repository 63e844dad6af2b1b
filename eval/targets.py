"""The figures that the project set itself, measured, beside the floor it started from and published anchors.

    python -m eval.targets       # some five minutes; `make eval` runs it with the full tables

`eval.quality`, `eval.similarity`, `eval.cloaking` and `eval.off_topic` measure; this page only lines them up. Speed and
size are in `eval.bench`. Sets of which a part was trained on or tuned on say so.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.metrics import f1_score

from copilot.moderator import Moderator
from copilot.types import Decision, Label
from eval import cloaking, off_topic
from eval.metrics import auc, share
from eval.quality import Judged, harm_classes, harm_table, judge, publish, show, toxicn_table
from eval.similarity import near_copies, pair_sets, spearman
from models import DEFAULT_CLASSIFIER, load_classifier, load_encoder
from training.sources import DATASETS, ordinary_chat, public_rows

Line = dict[str, object]


def line(what: str, figure: float, reach: str, floor: str, anchor: str = "–") -> Line:
    """One row of the table."""
    return {"what": what, "figure": figure, "to reach": reach, "floor": floor, "anchor": anchor}


def abuse(moderator: Moderator) -> Iterator[Line]:
    """COLD, SCCD, ToxiCN."""
    cold = judge("cold", list(public_rows("dev", "cold")), moderator)
    usable, positive = cold.known(Label.ABUSE)
    said = cold.scores(Label.ABUSE) >= 0.5
    anchor = "roberta-base-cold .828 · .824"
    yield line("COLD dev, accuracy at p = .5", share((said == positive)[usable]), ".83", ".799", anchor)
    macro = float(f1_score(positive[usable], said[usable], average="macro"))
    yield line("COLD dev, macro-F1 at p = .5", macro, ".83", ".789", anchor)
    sccd = judge("sccd_bythread", list(public_rows("dev", "sccd_bythread")), moderator)
    usable, positive = sccd.known(Label.ABUSE)
    yield line("SCCD dev by thread, AUC", auc(positive[usable], sccd.scores(Label.ABUSE)[usable]), ".88", ".835")
    yield line("ToxiCN, never trained on, AUC", float(str(toxicn_table(moderator)[0]["auc"])), ".82", ".765")


def harm(moderator: Moderator, chat: Judged) -> Iterator[Line]:
    """ChineseHarm, never trained on."""
    floors = {"gambling": ".33", "porn": ".11", "abuse": ".27", "fraud": ".26", "illicit_ad": ".29"}
    found = harm_table(chat, moderator)
    for row in found:
        name = str(row["category"])
        figure = float(str(row["any_harm_at_1pct"]))
        yield line(f"ChineseHarm {name}, any harm at 1 % false alarms", figure, ".60", floors[name])
    mean = float(np.mean([float(str(row["any_harm_at_1pct"])) for row in found]))
    yield line("ChineseHarm, mean of these", mean, ".70", ".25")
    classes = harm_classes(chat, moderator)[0]
    anchor = "BERT-base fine-tuned .58, with rules .70; GPT-4o .71; DeepSeek-R1 .73 (six classes, theirs)"
    what = "ChineseHarm macro-F1, its four classes here and ordinary chat as clean"
    yield line(what, float(str(classes["macro_f1"])), ".60", ".13", anchor)


def alarms(chat: Judged) -> Iterator[Line]:
    """Ordinary chat at the shipped thresholds, which were chosen on it."""
    what = "ordinary chat (tuned on it)"
    yield line(f"{what}: review or removal", share(chat.decided(Decision.REVIEW, Decision.REMOVE)), "≤ .005", "–")
    yield line(f"{what}: removal", share(chat.decided(Decision.REMOVE)), "≤ .0005", "–")


def themes(moderator: Moderator) -> Iterator[Line]:
    """Relevance."""
    for row in off_topic.measure(moderator):
        yield line(f"off topic, {row['set']}, {row['knows']}, AUC", float(str(row["auc"])), ".90", "–")


def cloaks(moderator: Moderator) -> Iterator[Line]:
    """Recall that is kept."""
    for row in cloaking.measure(moderator):
        if row["cloak"] in ("homophone", "emoji", "mixed"):
            floor = {"homophone": ".70", "emoji": ".69"}.get(str(row["cloak"]), "–")
            yield line(f"cloaked by {row['cloak']}: recall kept", float(str(row["kept"])), ".90", floor)


def similarity(reference: str) -> Iterator[Line]:
    """Spearman and near-copies."""
    encoder = load_encoder(reference)
    reach = {"cnsd_stsb": ".72", "lcqmc": ".62", "bq": ".42"}
    floor = {"cnsd_stsb": ".60", "lcqmc": ".47", "bq": ".38"}
    anchor = {
        "cnsd_stsb": "w2v-tencent .558, text2vec-base .793",
        "lcqmc": "w2v-tencent .595, text2vec-base .702",
        "bq": "w2v-tencent .315, text2vec-base .427",
    }
    for name, pairs in pair_sets().items():
        if name in reach:
            yield line(f"{name}, Spearman", spearman(encoder, pairs), reach[name], floor[name], anchor[name])
    yield line("near-copies of cloaked case families, recall@5", near_copies(encoder)["recall_at_5"], ".95", "–")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    options = parser.parse_args(arguments)
    if not DATASETS.is_dir():
        print(f"The public sets are not at {DATASETS}: without them this table cannot be made.")
        return
    moderator = Moderator(load_classifier(options.classifier))
    chat = judge("chat", ordinary_chat(), moderator)
    table = [*abuse(moderator), *harm(moderator, chat), *alarms(chat), *themes(moderator), *cloaks(moderator)]
    table += similarity(options.classifier)
    text = show(f"Targets, {moderator.versions.model}", table)
    publish("targets", text)


if __name__ == "__main__":
    main()
