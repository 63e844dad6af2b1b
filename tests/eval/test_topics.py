"""The figures on topic prompts and feeds count what they say they count."""

import numpy as np

from eval.feeds import scorers
from eval.topics import EACH, FRESH, _at_random, days_table, learning_table, setting_of
from models.hashing import HashingEncoder


class WordsOnly(HashingEncoder):
    """Vectors of words, and an even chance that anything belongs anywhere."""

    def belongs(self, themes, views, chosen, examples):
        return [0.5] * len(chosen)


MODEL = WordsOnly()


def test_a_setting_speaks_the_language_of_its_theme():
    assert {setting_of(name, theme).language for name, theme in FRESH.items()} == {"zh", "en"}


def test_the_baseline_is_drawn_from_the_whole_stock():
    drawn = _at_random(setting_of("a", "钓鱼"))
    assert len(set(drawn)) == EACH


def test_nothing_is_asked_twice_within_the_days_counted():
    for row in days_table(MODEL, days=6):
        assert row["asked again"] == 0
        assert row["patterns"] == row["days with a prompt"] > 3


def test_made_up_communities_are_answered_as_the_table_says():
    rows = learning_table(MODEL, groups=1, times=4)
    assert all(0 <= row["liked three times as much"] <= 1 for row in rows)
    assert {row["topics before"] for row in rows} == {4}


def test_a_headline_with_the_themes_words_ranks_above_another():
    for scorer in scorers(MODEL).values():
        found = np.array(scorer(["新能源车充电桩降价", "今晚球赛直播"], "新能源车主交流，充电"))
        assert found[0] > found[1]
