"""Hours in form fields: read as written, written so that they are read again."""

from datetime import time

import pytest

from copilot.rules import read_hours, write_hours
from copilot.types import Window


@pytest.mark.parametrize(
    ("line", "window"),
    [
        ("周五 20:00-22:00", Window((5,), time(20), time(22))),
        ("20:00-9:00", Window((), time(20), time(9))),
        ("每天 23:00–07:00", Window((), time(23), time(7))),
        ("工作日 9:00-18:00", Window((1, 2, 3, 4, 5), time(9), time(18))),
        ("周末", Window((6, 7))),
        ("晚上10点到早上7点", Window((), time(22), time(7))),
        ("Fri, Sat 18:00-24:00", Window((5, 6), time(18), time())),
        ("周一三五　8：30—12：00", Window((1, 3, 5), time(8, 30), time(12))),
    ],
)
def test_a_line_is_read_as_it_is_meant(line, window):
    assert read_hours(line) == ((window,), ())


@pytest.mark.parametrize("line", ["随便", "25:00-26:00", "20:00", "周八 20:00-22:00"])
def test_what_names_no_time_is_named_by_its_line(line):
    assert read_hours(f"周末\n\n{line}") == ((Window((6, 7)),), (3,))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_read_again(language):
    windows = (
        Window((1, 7)),
        Window((), time(22, 30), time(6)),
        Window((3,), time(), time(8)),
        Window((2,), time(20), time()),
    )
    assert read_hours(write_hours(windows, language)) == (windows, ())
