"""The READMEs: the same commands in both languages, and every one of them works when pasted."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eval.server import serving

ROOT = Path(__file__).resolve().parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"


def blocks(path, language):
    return re.findall(rf"```{language}\n(.*?)```", path.read_text("utf-8"), re.S)


@pytest.mark.parametrize("language", ["sh", "python", "json"])
def test_both_languages_show_the_same_commands(language):
    assert blocks(ENGLISH, language) == blocks(CHINESE, language)


def test_the_two_commands_come_first():
    first = blocks(ENGLISH, "sh")[0].split("\n")
    assert [line.split("#")[0].strip() for line in first[:2]] == ["make serve", "make test"]


def test_every_make_target_named_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b", ENGLISH.read_text("utf-8") + CHINESE.read_text("utf-8")))
    assert named <= targets


def test_files_and_figures_named_exist():
    for path in (ENGLISH, CHINESE):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (ROOT / target).exists(), f"{path.name} links to {target}"


def test_no_placeholder_is_left_in_the_documentation():
    for path in ROOT.glob("**/*.md"):
        if ".venv" not in path.parts and "var" not in path.parts:
            assert "@@" not in path.read_text("utf-8"), path


def environment(folder):
    binaries = Path(sys.executable).parent
    return os.environ | {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "COPILOT_DATABASE_URL": f"sqlite:///{folder}/readme.db",
    }


def test_the_command_line_examples_work_when_pasted(tmp_path):
    scripts = [block for block in blocks(ENGLISH, "sh") if "community-copilot" in block and "/v1/" not in block]
    assert scripts
    for script in scripts:
        done = subprocess.run(
            ["sh", "-euc", script], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_requests_work_when_pasted(tmp_path):
    requests = [block for block in blocks(ENGLISH, "sh") if "/v1/" in block]
    assert requests
    with serving(tmp_path) as server:
        for script in requests:
            pasted = script.replace("http://127.0.0.1:8000", f"http://127.0.0.1:{server.port}")
            done = subprocess.run(
                ["sh", "-euc", pasted],
                cwd=tmp_path,
                env=environment(tmp_path) | {"KEY": server.key or ""},
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
            assert '"decision":"' in done.stdout or '"id":"' in done.stdout, done.stdout


def test_the_python_example_runs(tmp_path):
    for code in blocks(ENGLISH, "python"):
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
