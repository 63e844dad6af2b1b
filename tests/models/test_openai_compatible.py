"""A server of chat completions that behaves, more or less, and one that misbehaves in every way we know of."""

import json
import logging
import socket
import time

import pytest

from copilot.errors import GenerationFailed
from copilot.ports import Price, Prompt, Role, Turn
from models.generators.openai_compatible import OpenAICompatibleGenerator

PROMPT = Prompt((Turn(Role.SYSTEM, "写早报"), Turn(Role.USER, "资料：早上好")))
SCHEMA = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
KEY = "hush-4f9a"


def chunk(text=None, finish=None):
    return {"choices": [{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}]}


def events(*values, hang=0.0):
    return {"events": values, "hang": hang}


def status(code, message="no", **headers):
    shown = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": code, "body": {"error": {"message": message, "type": "x"}}, "headers": shown}


def body_of(content, content_type="application/json"):
    return {"body": content, "type": content_type}


def model(server, **more):
    return OpenAICompatibleGenerator("qwen3-8b", server.url, **({"backoff": 0.01} | more))


def ask(generator, prompt=PROMPT, max_tokens=64, seconds=10.0):
    return generator.generate(prompt, max_tokens=max_tokens, deadline=time.monotonic() + seconds)


def failure(generator, **more):
    with pytest.raises(GenerationFailed) as error:
        ask(generator, **more)
    return error.value


def test_a_stream_is_put_together_with_its_usage(server):
    answer = ask(model(server, key=KEY, price=Price(1.0, 2.0)))
    assert (answer.text, answer.tokens_in, answer.tokens_out) == ("大家早上好", 11, 7)
    assert answer.complete
    assert answer.counted
    [(path, headers, body)] = server.asked
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body["messages"][0] == {"role": "system", "content": "写早报"}
    assert (body["model"], body["max_tokens"], body["stream"]) == ("qwen3-8b", 64, True)
    assert not {"tools", "functions", "tool_choice"} & set(body)


def test_the_schema_is_sent(server):
    ask(model(server), Prompt(PROMPT.turns, SCHEMA))
    assert server.asked[0][2]["response_format"]["json_schema"]["schema"] == SCHEMA


def test_nothing_of_the_environment_is_sent(server, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://secret.invalid" if "URL" in name or "proxy" in name.lower() else "secret")
    ask(model(server))
    assert "secret" not in json.dumps(server.asked)


def test_without_usage_tokens_are_estimated(server):
    server.script = [events(chunk("大家早上好"), chunk(finish="stop"), "[DONE]")]
    answer = ask(model(server))
    assert not answer.counted
    assert answer.tokens_out == 5


@pytest.mark.parametrize("usage", [{"prompt_tokens": "many"}, {"prompt_tokens": -1, "completion_tokens": 2}, {}])
def test_nonsense_about_usage_is_ignored(server, usage):
    server.script = [events(chunk("早"), chunk(finish="stop"), {**chunk(), "choices": [], "usage": usage})]
    assert not ask(model(server)).counted


def test_a_server_that_does_not_stream_is_understood(server):
    server.script = [lambda request, body: request.answer_well({})]
    answer = ask(model(server))
    assert (answer.text, answer.tokens_out) == ("大家早上好", 7)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("response_format", "Unknown parameter: 'response_format'"),
        ("response_format", "failed to parse grammar"),
        ("stream_options", "stream_options: extra fields not permitted"),
        ("temperature", "Unsupported value: 'temperature' does not support 0.3 with this model."),
        ("max_tokens", "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
        ("stream", "stream is not supported"),
    ],
)
def test_what_a_server_turns_down_is_left_out_from_then_on(server, name, message):
    def picky(request, body):
        request.perform(status(400, message) if name in body else None, body)

    server.script = [picky]
    generator = model(server, retries=0)
    prompt = Prompt(PROMPT.turns, SCHEMA)
    assert ask(generator, prompt).text == ask(generator, prompt).text == "大家早上好"
    assert [name in body for _, _, body in server.asked] == [True, False, False]
    if name == "max_tokens":
        assert server.asked[1][2]["max_completion_tokens"] == 64


def test_the_bound_on_an_answers_length_is_never_given_up(server):
    said = "'max_tokens' or 'max_completion_tokens' is too large: 64. This model's maximum context length is 32 tokens."
    server.script = [status(400, said)]
    assert "context length" in failure(model(server)).message
    assert len(server.asked) == 1
    server.script = [status(400, "max_tokens: Extra inputs are not permitted")]
    failure(model(server))
    assert all("max_tokens" in body for _, _, body in server.asked)


def test_an_answer_cut_at_its_length_says_so(server):
    server.script = [events(chunk("大家"), chunk(finish="length"))]
    assert not ask(model(server)).complete


@pytest.mark.parametrize(
    ("code", "said", "retryable"),
    [
        (401, "the key", False),
        (403, "the key", False),
        (404, "/v1", False),
        (400, "no", False),
        (429, "too often", True),
        (500, "500", True),
        (503, "503", True),
        (307, "307", False),
    ],
)
def test_each_status_says_what_to_do(server, code, said, retryable):
    server.script = [status(code)]
    error = failure(model(server))
    assert said in error.message
    assert (error.retryable, error.asked) == (retryable, False)
    assert len(server.asked) == (4 if retryable else 1)


@pytest.mark.parametrize("first", [status(429), status(500), status(503, retry_after="0.05")])
def test_a_hiccup_is_tried_again(server, first):
    server.script = [first, first, None]
    assert ask(model(server)).text == "大家早上好"


def test_the_server_says_how_long_to_wait(server):
    server.script = [status(429, retry_after="0.3"), None]
    started = time.monotonic()
    ask(model(server))
    assert time.monotonic() - started >= 0.3


def test_a_wait_beyond_the_deadline_is_not_waited_for(server):
    server.script = [status(429, retry_after="30")]
    started = time.monotonic()
    error = failure(model(server), seconds=5)
    assert error.retry_after == 30
    assert time.monotonic() - started < 2


def test_a_spent_account_is_not_tried_again(server):
    server.script = [status(429, "You exceeded your current quota")]
    assert not failure(model(server)).retryable
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (body_of("<html>login</html>", "text/html"), "web page"),
        (body_of("", "application/json"), "no completion"),
        (body_of("{", "application/json"), "no completion"),
        (body_of("[" * 100_000, "application/json"), "no completion"),
        (body_of({"choices": []}), "no completion"),
        (body_of({"choices": [{"message": {"content": ["早"]}}]}), "no completion"),
        (body_of({"choices": [{"message": {"content": None}, "finish_reason": "stop"}]}), "empty"),
        (body_of({"choices": [{"message": {"content": " \n"}, "finish_reason": "stop"}]}), "empty"),
        (body_of(b"x" * 5_000_000), "too large"),
        (body_of("ok", "text/plain"), "text/plain"),
        (events(), "breaks off"),
        (events("[DONE]"), "breaks off"),
        (events(chunk("大家")), "breaks off"),
        (events(chunk("大家"), "[DONE]"), "breaks off"),
        (events("{not json"), "cannot be read"),
        (events("5"), "cannot be read"),
        (events({"choices": 5}), "cannot be read"),
        (events({"choices": [{"delta": {"content": 5}}]}), "cannot be read"),
        (events({"error": {"message": "out of memory"}}), "out of memory"),
        (events(chunk(finish="content_filter")), "filter"),
        (lambda request, body: request.connection.shutdown(socket.SHUT_RDWR), "broke"),
    ],
)
def test_an_answer_that_is_none_is_an_error_that_says_so(server, step, said):
    server.script = [step]
    error = failure(model(server, retries=0))
    assert said in error.message
    assert error.asked


def test_what_may_have_been_charged_is_not_asked_for_again(server):
    server.script = [events(chunk("大家"))]
    assert failure(model(server)).retryable
    assert len(server.asked) == 1


def cut_mid_chunk(request, body):
    request.send_response(200)
    request.send_header("content-type", "text/event-stream")
    request.send_header("transfer-encoding", "chunked")
    request.end_headers()
    request.wfile.write(b'40\r\ndata: {"choices":[{"del')
    request.wfile.flush()
    request.close_connection = True


def test_a_stream_cut_in_the_middle_of_an_event_is_an_error(server):
    server.script = [cut_mid_chunk]
    assert "broke" in failure(model(server)).message


def dribbled_headers(request, body):
    for byte in b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 10_000:
        request.wfile.write(bytes([byte]))
        request.wfile.flush()
        time.sleep(0.05)


def dribbled_events(request, body):
    request.start_events()
    for _ in range(1_000):
        request.wfile.write(b":")
        request.wfile.flush()
        time.sleep(0.05)


def dribbled_words(request, body):
    request.start_events()
    for _ in range(1_000):
        request.event(chunk("早"))
        time.sleep(0.05)


def silent(request, body):
    time.sleep(3)


@pytest.mark.parametrize("slow", [dribbled_headers, dribbled_events, dribbled_words, silent])
def test_a_slow_server_costs_no_more_than_the_time_allowed(server, slow):
    server.script = [slow]
    started = time.monotonic()
    error = failure(model(server), seconds=0.5)
    assert time.monotonic() - started < 1.5
    assert "took too long" in error.message
    assert error.retryable


def test_a_server_that_falls_silent_is_given_up_before_the_deadline(server):
    server.script = [silent]
    started = time.monotonic()
    assert "silent" in failure(model(server, silence=0.2), seconds=30).message
    assert time.monotonic() - started < 2


def test_a_server_that_does_not_hang_up_has_answered_all_the_same(server):
    server.script = [events(chunk("大家早上好"), chunk(finish="stop"), hang=3)]
    assert ask(model(server), seconds=0.5).text == "大家早上好"


def test_a_server_that_writes_without_end_is_cut_off(server):
    server.script = [events(*[chunk("早" * 100)] * 200, hang=3)]
    answer = ask(model(server), max_tokens=10)
    assert not answer.complete
    assert len(answer.text) < 3_000


def test_a_server_that_is_not_there_is_told_apart(server):
    generator = OpenAICompatibleGenerator("m", "http://127.0.0.1:9/v1", backoff=0.01)
    error = failure(generator)
    assert "cannot be reached" in error.message
    assert (error.retryable, error.asked) == (True, False)


def test_the_key_is_in_no_error_no_log_and_no_picture_of_the_generator(server, caplog):
    caplog.set_level(logging.DEBUG)
    server.script = [status(401, f"Incorrect API key provided: {KEY}, or sk-abc123def456.")]
    generator = model(server, key=KEY)
    error = failure(generator)
    server.script = [events({"error": {"message": f"no use for {KEY}"}})]
    broken = failure(generator)
    shown = f"{error!r} {error.message} {broken.message} {generator!r} {caplog.text}"
    assert KEY not in shown
    assert "sk-abc123def456" not in shown
