"""`community-copilot classify INPUT OUTPUT`: the fixed contract, and nothing lost."""

import json
import re

import pytest
from typer.testing import CliRunner

from api.cli import app
from copilot.types import LABELS


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, ["classify", *map(str, arguments)], input=stdin)


def write(path, *lines):
    path.write_bytes(
        b"".join(
            (line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()) + b"\n"
            for line in lines
        )
    )
    return path


def read(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_one_verdict_per_line_in_input_order(tmp_path):
    source = write(
        tmp_path / "in.jsonl",
        {"id": "b", "text": "早上好"},
        {"id": 7, "text": "招兼职打字员日结300加微信abc12345 名额有限"},
    )
    result = run(source, tmp_path / "out.jsonl")
    assert result.exit_code == 0
    first, second = read(tmp_path / "out.jsonl")
    assert (first["id"], first["decision"], second["id"]) == ("b", "allow", 7)
    assert second["decision"] in ("review", "remove")
    assert set(first) == {"id", "decision", "labels", "scores", "measure", "signals", "versions"}
    assert set(first["scores"]) == {label.value for label in LABELS}
    assert all({"source", "label", "score", "spans", "reason"} <= set(signal) for signal in second["signals"])
    assert not (tmp_path / "out.rejects.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{not json", "not JSON"),
        (b"[1]", "not a JSON object"),
        ({"text": "hi"}, "`id` is missing"),
        ({"id": "1"}, "`text` is missing"),
        ({"id": "1", "text": 5}, "`text` must be a string"),
        ({"id": True, "text": "x"}, "`id` must be"),
        ({"id": "1", "text": "x", "sent_at": "2026-01-01T00:00:00"}, "time zone"),
        ({"id": "1", "text": "x", "sent_at": "yesterday"}, "not a time"),
        (b'{"id": "1", "text": "\xff"}', "not UTF-8"),
        (b'{"id": NaN, "text": "x"}', "NaN"),
        (b"[" * 100_000, "nested"),
        ({"id": "1", "text": "x" * 100_001}, "longer than"),
        (b'{"id": "1", "text": "' + b"x" * (5 << 20) + b'"}', "longer than"),
    ],
)
def test_a_bad_line_is_kept_apart_with_its_number_and_reason(tmp_path, line, reason):
    source = write(tmp_path / "in.jsonl", {"id": "a", "text": "早"}, line, {"id": "c", "text": "晚安"})
    result = run(source, tmp_path / "out.jsonl")
    assert result.exit_code == 3
    assert [row["id"] for row in read(tmp_path / "out.jsonl")] == ["a", "c"]
    [reject] = read(tmp_path / "out.rejects.jsonl")
    assert reject["line"] == 2
    assert reason in reject["reason"]


def test_lone_surrogates_and_empty_texts_are_judged(tmp_path):
    source = write(
        tmp_path / "in.jsonl",
        b'{"id": "\\ud800", "text": "\\ud83d x"}',
        {"id": "e", "text": ""},
        b"",
        {"id": "z", "text": "好"},
    )
    assert run(source, tmp_path / "out.jsonl").exit_code == 0
    assert [row["id"] for row in read(tmp_path / "out.jsonl")] == ["\ud800", "e", "z"]


def test_dashes_mean_the_standard_streams():
    result = run("-", "-", stdin='{"id": "1", "text": "早上好"}\n{bad\n')
    assert result.exit_code == 3
    assert json.loads(result.stdout.splitlines()[0])["id"] == "1"
    assert '"line": 2' in result.stderr


def test_flooding_is_noticed_across_lines_and_chunks(tmp_path):
    lines = [
        {
            "id": f"f{i}",
            "text": f"第{i}句闲聊 说点别的",
            "community": "g",
            "author": f"u{i}",
            "sent_at": "2026-11-22T08:00:00+08:00",
        }
        for i in range(600)
    ]
    flood = {"text": "看我主页有惊喜快来点击", "community": "g", "author": "x", "sent_at": "2026-11-22T08:00:30+08:00"}
    for place in (100, 300, 550):
        lines[place] = {**flood, "id": f"x{place}"}
    run(write(tmp_path / "in.jsonl", *lines), tmp_path / "out.jsonl")
    by_id = {row["id"]: row for row in read(tmp_path / "out.jsonl")}
    assert "flood" not in by_id["x100"]["labels"]
    assert "flood" in by_id["x550"]["labels"]


def test_a_pool_of_processes_gives_the_same_answers(tmp_path):
    source = write(
        tmp_path / "in.jsonl",
        *({"id": i, "text": f"今天第{i}次打卡 {'加微信abc12345' if i % 7 == 0 else ''}"} for i in range(3000)),
    )
    assert run(source, tmp_path / "one.jsonl", "--workers", 1).exit_code == 0
    assert run(source, tmp_path / "two.jsonl", "--workers", 2).exit_code == 0
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_a_missing_input_or_model_is_one_sentence(tmp_path):
    missing = run(tmp_path / "nowhere.jsonl", tmp_path / "out.jsonl")
    assert missing.exit_code != 0
    assert "nowhere.jsonl" in re.sub(r"[\s│]", "", missing.output)  # a long path is broken over lines
    source = write(tmp_path / "in.jsonl", {"id": "a", "text": "早"})
    unknown = run(source, tmp_path / "out.jsonl", "--classifier", "nowhere")
    assert unknown.exit_code != 0


def test_input_is_never_written_over(tmp_path):
    source = write(tmp_path / "in.jsonl", {"id": "a", "text": "早"})
    before = source.read_bytes()
    assert run(source, source).exit_code != 0
    assert source.read_bytes() == before
    rejects = write(tmp_path / "o.rejects.jsonl", {"id": "a", "text": "早"})
    assert run(rejects, tmp_path / "o.jsonl").exit_code != 0
    assert rejects.exists()
    kept = write(tmp_path / "keep.jsonl", {"old": 1})
    run(source, kept, "--classifier", "nowhere")
    assert read(kept) == [{"old": 1}]


def test_old_rejects_do_not_outlive_a_clean_run(tmp_path):
    write(tmp_path / "out.rejects.jsonl", {"line": 1})
    run(write(tmp_path / "in.jsonl", {"id": "a", "text": "早"}), tmp_path / "out.jsonl")
    assert not (tmp_path / "out.rejects.jsonl").exists()
