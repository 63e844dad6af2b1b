"""What a model may use, and how long a failing one is left in peace."""

import threading
from datetime import date

import pytest

from copilot.drafting.budget import MemoryLedger, estimate_tokens
from copilot.drafting.circuit import Circuit
from copilot.errors import GenerationFailed
from copilot.ports import Generated, Limits, Price, Prompt, Usage

DAY = date(2026, 11, 21)
MOST = Usage(calls=1, tokens=100, cost=0.5)


def test_calls_at_the_same_time_never_go_over_the_limit():
    ledger, granted = MemoryLedger(), []

    def call():
        granted.append(ledger.take("owners", DAY, MOST, Limits(tokens=1_000)))

    threads = [threading.Thread(target=call) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == 10
    assert ledger.spent("owners", DAY).tokens == 1_000


def test_what_was_booked_too_much_is_free_again():
    ledger, limits = MemoryLedger(), Limits(tokens=150)
    assert ledger.take("owners", DAY, MOST, limits)
    assert not ledger.take("owners", DAY, MOST, limits)
    ledger.settle("owners", DAY, MOST, Usage(calls=1, tokens=40, cost=0.1, seconds=2.0))
    assert ledger.take("owners", DAY, MOST, limits)
    assert ledger.spent("owners", DAY).seconds == 2.0


def test_each_community_and_each_day_has_its_own():
    ledger, limits = MemoryLedger(), Limits(cost=0.5)
    assert ledger.take("owners", DAY, MOST, limits)
    assert not ledger.take("owners", DAY, MOST, limits)
    assert ledger.take("runners", DAY, MOST, limits)
    assert ledger.take("owners", date(2026, 11, 22), MOST, limits)


def test_tokens_are_estimated_by_the_script():
    assert estimate_tokens("") == 0
    assert estimate_tokens("早上好") == 3
    assert estimate_tokens("good morning!!") == 5
    assert Price(2.0, 8.0).cost(1_000_000, 500_000) == pytest.approx(6.0)


class Flaky:
    name, price = "flaky/1", Price()

    def __init__(self):
        self.down, self.asked, self.retry_after = True, 0, None

    def generate(self, prompt, *, max_tokens, deadline):
        self.asked += 1
        if self.down:
            raise GenerationFailed("down", retryable=True, retry_after=self.retry_after)
        return Generated("ok", self.name, 1, 1, 0.0, 0.0)


@pytest.fixture
def flaky():
    return Flaky()


def circuit(generator, now):
    return Circuit(generator, failures=3, pause=60, longest=200, clock=lambda: now[0])


def fails(stands, times=1):
    for _ in range(times):
        with pytest.raises(GenerationFailed) as error:
            stands.generate(Prompt(()), max_tokens=1, deadline=0)
    return error.value


def test_after_three_failures_in_a_row_the_model_is_left_in_peace(flaky):
    now = [0.0]
    stands = circuit(flaky, now)
    fails(stands, 3)
    error = fails(stands, 5)
    assert flaky.asked == 3
    assert error.retryable
    assert not error.asked
    assert error.retry_after == stands.paused_for == 60


def test_a_success_begins_the_count_anew(flaky):
    stands = circuit(flaky, [0.0])
    for _ in range(4):
        flaky.down = True
        fails(stands, 2)
        flaky.down = False
        assert stands.generate(Prompt(()), max_tokens=1, deadline=0).text == "ok"
    assert stands.paused_for == 0


def test_after_the_pause_one_call_is_let_through_and_pauses_grow(flaky):
    now = [0.0]
    stands = circuit(flaky, now)
    fails(stands, 3)
    for pause in (60, 120, 200, 200):
        assert stands.paused_for == pause
        now[0] += pause
        asked = flaky.asked
        fails(stands, 3)
        assert flaky.asked == asked + 1
    flaky.down = False
    now[0] += 200
    stands.generate(Prompt(()), max_tokens=1, deadline=0)
    flaky.down = True
    fails(stands, 2)
    assert stands.paused_for == 0


def test_while_the_one_call_is_under_way_others_are_refused(flaky):
    now = [0.0]
    stands = circuit(flaky, now)
    fails(stands, 3)
    now[0] = 60

    def nested(prompt, *, max_tokens, deadline):
        assert not fails(stands).asked
        return Generated("ok", "flaky/1", 1, 1, 0.0, 0.0)

    flaky.generate = nested
    assert stands.generate(Prompt(()), max_tokens=1, deadline=0).text == "ok"


def test_a_server_that_asks_for_more_time_gets_it(flaky):
    now = [0.0]
    flaky.retry_after = 150
    stands = circuit(flaky, now)
    fails(stands, 3)
    assert stands.paused_for == 150
