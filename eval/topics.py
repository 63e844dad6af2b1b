"""Do topic prompts fit their community, differ from each other and from what was asked, and learn from answers?

    python -m eval.topics
    python -m eval.topics --show "城南车友会" "用车、保养、自驾出行"

The scorer of fit is judged on communities of the corpus that it was not fitted on; but the encoder's relevance has seen
the fitting prompts of all of them, and the word lists were written by somebody who had read them, so on a new
community expect less. Prompts are made for the corpus' communities, for off-topic themes of the test part, and for
themes written here. "On topic" means that the product's own moderator would not send the prompt to review.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations

import numpy as np

from copilot.drafting.chance import chance
from copilot.drafting.likeness import likeness, read_texts
from copilot.drafting.topics import PastTopic, Setting, TopicPrompt, fitness, off_limits, prompts, stock
from copilot.drafting.topics.past import repeats
from copilot.drafting.types import Tone
from copilot.ports import Classifier, Encoder, Relevance
from copilot.text import text_views
from copilot.types import Label
from eval.metrics import auc, share
from eval.quality import publish, show
from models import DEFAULT_CLASSIFIER, load_classifier
from training.themes import corpus_themes
from training.topics import communities

DAY = date(2026, 5, 12)
EACH = 10
FRESH: Mapping[str, str] = {
    "城南车友会": "用车、保养、自驾出行",
    "上岸互助组": "考研复习、择校、互相监督",
    "小满宝妈群": "带娃、辅食、睡眠，不卖货",
    "Kapok users": "open-source file sync: installing, debugging, contributing",
    "今晚发车": "剧本杀拼车、推理本和情感本讨论，不剧透",
    "江边钓友": "野钓、约钓、渔获、装备",
    "稳健股友圈": "读财报、聊估值和心态，不荐股不带单",
    "05届机电校友": "近况、聚会、互助",
    "阳台花友": "月季绣球多肉，养护和病虫害",
    "周三读书会": "一月一本，小说和非虚构",
    "吃遍本城": "同城美食、小馆子、家常菜",
    "English corner": "英语学习，口语、听力、雅思",
    "劳动法互助": "劳动法与工伤问答",
    "河西公交": "公交线路与出行互助",
    "古琴学习": "古琴指法、减字谱、斫琴",
    "天文爱好者": "观星、望远镜、星野摄影",
    "Riverside runners": "running, training plans, races",
    "Night shift gardeners": "balcony gardening, succulents, pests",
    "青年旅舍老板群": "民宿和青旅经营、清洁、平台规则",
    "盲文翻译志愿者": "盲文书籍翻译、校对、录音",
}


class Model(Classifier, Encoder, Relevance):
    """The shipped model: labels, vectors and relevance in one."""


def setting_of(name: str, theme: str, bans: Sequence[str] = ()) -> Setting:
    """Return the setting of a community, English where its theme is."""
    return Setting(name, name, theme, "en" if theme.isascii() else "zh", Tone.WARM, tuple(bans))


def fit_table(model: Model) -> list[dict[str, object]]:
    """Return a row per part and kind of evidence: how well fitting prompts are told from the others."""
    table: list[dict[str, object]] = []
    for part in ("test", "dev", "train"):
        own = list(communities(part))
        truth = np.array([fits for community in own for fits in community.fits])
        kinds: Mapping[str, list[float]] = {
            "all": [p for c in own for p in fitness(c.texts, c.name, c.theme, c.bans, model)],
            "without relevance": [p for c in own for p in fitness(c.texts, c.name, c.theme, c.bans)],
            "relevance alone": [p for c in own for p in belongs(model, c.theme, c.texts)],
        }
        for kind, found in kinds.items():
            score = np.array(found)
            table.append(
                {
                    "part": part,
                    "communities": len(own),
                    "prompts": len(truth),
                    "evidence": kind,
                    "auc": auc(truth, score),
                    "precision at .5": share(truth[score >= 0.5]),
                    "recall at .5": share(score[truth] >= 0.5),
                    "precision of the best half": share(truth[np.argsort(-score)[: len(score) // 2]]),
                }
            )
    return table


def belongs(model: Model, theme: str, texts: Sequence[str]) -> list[float]:
    """Return the product's probability that each text belongs to a theme."""
    views = [text_views(text) for text in texts]
    return model.belongs([theme] * len(views), views, range(len(views)), [()] * len(views))


def settings() -> Mapping[str, list[Setting]]:
    """Return communities to make prompts for, by where they come from."""
    corpus = [setting_of(c.name, c.theme, c.bans) for part in ("train", "dev", "test") for c in communities(part)]
    themes = dict.fromkeys(theme for theme, _, _ in corpus_themes("test"))
    return {
        "corpus communities": corpus,
        "off-topic test themes": [setting_of("", theme) for theme in themes],
        "themes written here": [setting_of(name, theme) for name, theme in FRESH.items()],
    }


def made_table(model: Model) -> list[dict[str, object]]:
    """Return a row per set of communities and way of choosing: what ten prompts a community are like."""
    table = []
    for name, group in settings().items():
        table.append(_row(name, "chosen", group, [_made(model, setting) for setting in group], model))
        table.append(_row(name, "any of the stock", group, [_at_random(setting) for setting in group], model))
    return table


def _made(model: Model, setting: Setting) -> list[str]:
    return [found.question for found in prompts(setting, DAY, encoder=model, relevance=model, most=EACH)]


def _at_random(setting: Setting) -> list[str]:
    own = [pattern for patterns in stock(setting.language).values() for pattern in patterns if not pattern.slot]
    draws = chance("any", setting.name, setting.theme)
    return [pattern.settled(draws) for pattern in draws.sample(own, EACH)]


def _row(
    name: str, how: str, group: Sequence[Setting], made: Sequence[Sequence[str]], model: Model
) -> dict[str, object]:
    band = model.bands[Label.OFF_TOPIC].review
    texts = [text for texts in made for text in texts]
    on_topic = [p for setting, own in zip(group, made, strict=True) for p in belongs(model, setting.theme, own)]
    fits = [p for s, own in zip(group, made, strict=True) for p in fitness(own, s.name, s.theme, s.bans, model)]
    return {
        "set": name,
        "prompts": how,
        "communities": len(group),
        "made": len(texts),
        "on topic": share(1 - np.array(on_topic) < band),
        "nearer to its own theme": _nearer(group, made, model),
        "median relevance": float(np.median(on_topic)),
        "mean fit": float(np.mean(fits)),
        "off limits": sum(off_limits(text) is not None for text in texts),
        "likeness within": float(np.mean([_within(own, model) for own in made if len(own) > 1])),
    }


def _nearer(group: Sequence[Setting], made: Sequence[Sequence[str]], model: Model) -> float:
    """Share of prompts that belong rather to their own theme than to another community's, each compared with five."""
    won = []
    for place, (setting, own) in enumerate(zip(group, made, strict=True)):
        others = [group[(place + step) % len(group)] for step in range(1, 6)]
        mine = np.array(belongs(model, setting.theme, own))
        won += [mine > np.array(belongs(model, other.theme, own)) for other in others]
    return share(np.concatenate(won))


def _within(own: Sequence[str], model: Model) -> float:
    """Mean likeness in words of two prompts made together."""
    texts = read_texts(own, model)
    return float(np.mean([likeness(texts, i, texts, j)[0] for i, j in combinations(range(len(own)), 2)]))


def days_table(model: Model, days: int = 60) -> list[dict[str, object]]:
    """Return a row per community of this file: a prompt a day for two months, nothing asked twice?"""
    table: list[dict[str, object]] = []
    for name in ("城南车友会", "江边钓友", "劳动法互助", "Riverside runners"):
        past: list[PastTopic] = []
        again = 0
        for n in range(days):
            today = DAY + timedelta(n)
            found = prompts(setting_of(name, FRESH[name]), today, past=past, encoder=model, relevance=model, most=1)
            if not found:
                break
            before = read_texts([topic.question for topic in past], model)
            again += repeats(read_texts([found[0].question], model), 0, before)
            past.append(_published(found[0], today, 3))
        asked = len({topic.pattern for topic in past})
        table.append({"community": name, "days with a prompt": len(past), "patterns": asked, "asked again": again})
    return table


def _published(found: TopicPrompt, today: date, answers: int) -> PastTopic:
    return PastTopic(f"{today}", found.question, today, found.pattern, found.source, found.shape, participants=answers)


def learning_table(model: Model, groups: int = 8, times: int = 30, apart: int = 3) -> list[dict[str, object]]:
    """Return a row per shape of question that made-up communities like three times as much: do they get more of it?

    A prompt every third day; answers are Poisson with mean three, or nine for the liked shape. Then, when all may be
    asked again, the share of that shape in the next ten, beside that of communities that answered everything alike.
    """
    table = []
    for liked in ("choice", "first", "number", "which"):
        row: dict[str, object] = {"liked shape": liked, "groups": groups, "topics before": groups * times}
        for name, factor in (("nothing asked yet", 0), ("all answered alike", 1), ("liked three times as much", 3)):
            shares = [_next(model, number, times if factor else 0, apart, liked, factor) for number in range(groups)]
            row[name] = float(np.mean(shares))
        table.append(row)
    return table


def _next(model: Model, number: int, times: int, apart: int, liked: str, factor: int) -> float:
    """Share of the liked shape in the ten prompts after so many topics and a pause."""
    rng = np.random.default_rng(number)
    setting = setting_of(f"made up {number}", FRESH["城南车友会"])
    past: list[PastTopic] = []
    for n in range(times):
        today = DAY + timedelta(n * apart)
        for found in prompts(setting, today, past=past, most=1, seed=str(number)):
            past.append(_published(found, today, int(rng.poisson(3 * factor if found.shape == liked else 3))))
    later = DAY + timedelta(times * apart + 61)
    ahead = prompts(setting, later, past=past, most=EACH, seed=str(number))
    return share(np.array([found.shape == liked for found in ahead]))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classifier", default=DEFAULT_CLASSIFIER)
    parser.add_argument("--show", nargs=2, metavar=("NAME", "THEME"), help="print ten prompts for a community")
    options = parser.parse_args(arguments)
    model: Model = load_classifier(options.classifier)  # type: ignore[assignment]
    if options.show:
        for found in prompts(setting_of(*options.show), DAY, encoder=model, relevance=model, most=EACH):
            print(f"{found.draft.text}\n  ({found.source}, {found.pattern}, fit {found.fit:.2f})\n")
        return
    parts = [
        show("Fit of the corpus' topic prompts", fit_table(model)),
        show(f"{EACH} prompts a community", made_table(model)),
        show("A prompt a day for two months", days_table(model)),
        show("Learning what is answered", learning_table(model)),
    ]
    publish("topics", "\n".join(parts))


if __name__ == "__main__":
    main()
