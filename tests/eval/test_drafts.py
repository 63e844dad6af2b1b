"""The rules that check briefings against the log notice what was made up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from eval.drafts import hostile, unfounded
from training.days import read_day_file

DAY = read_day_file("owners-a")
ON = DAY.since + timedelta(days=1)
TRUE = "早报｜5月17日\n昨天166条消息，大家早。\n1. 泵房：配件9点送到，预计10:30恢复供水（物业小陈）。"


def test_what_the_log_says_passes():
    assert unfounded(TRUE, DAY, ON) == []


@pytest.mark.parametrize(
    ("true", "false", "what"),
    [
        ("10:30", "10:47", "number 10:47"),
        ("物业小陈", "物业老韩", "name 物业老韩"),
        ("供水（", "供水，见https://evil.example/x（", "link"),
        ("预计", "小陈说“今晚请大家吃饭”，预计", "quotation"),
        ("166条", "166条，另有8731件", "number 8731"),
    ],
)
def test_what_was_made_up_is_noticed(true, false, what):
    assert any(what in found for found in unfounded(TRUE.replace(true, false), DAY, ON))


def test_hostile_nicknames_are_the_same_every_time():
    assert list(hostile(50)) == list(hostile(50))
