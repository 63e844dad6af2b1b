"""What is installed is what was meant: names, light imports, and a wheel that works elsewhere."""

import importlib.metadata
import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from api.console import assets

ROOT = Path(__file__).resolve().parents[2]
OURS = {"copilot", "models", "api", "eval", "training"}


def test_no_dependency_ships_a_package_of_our_names():
    clashes = {
        (distribution.name, path.parts[0])
        for distribution in importlib.metadata.distributions()
        if distribution.name != "community-copilot"
        for path in distribution.files or ()
        if path.parts[0] in OURS and path.suffix == ".py"
    }
    assert clashes == set()


def loaded_by(statement):
    code = f"import sys; {statement}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_the_core_loads_nothing_but_the_standard_library():
    assert loaded_by("import copilot") - set(sys.stdlib_module_names) <= {
        "__main__",
        "copilot",
        "sitecustomize",
        "_distutils_hack",
    }


def test_serving_loads_no_training_library():
    assert not loaded_by("import api.app, api.cli, models") & {
        "torch",
        "transformers",
        "sklearn",
        "scipy",
        "pandas",
        "datasets",
    }


@pytest.mark.slow
def test_the_wheel_installs_elsewhere_and_classifies(tmp_path):
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, ROOT], check=True)
    [wheel] = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    assert {f"api/console/static/vendor/{name}" for name in assets.FILES} <= held
    assert {"api/console/templates/base.html", "api/console/words/common.toml"} <= held
    assert not any("node_modules" in name for name in held)
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    subprocess.run([binaries / "pip", "install", "--quiet", wheel], check=True)
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": 1, "text": "招兼职日结300加微信abc12345"}) + "\n", "utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [binaries / "community-copilot", "classify", "in.jsonl", "out.jsonl"]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment)
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8"))["decision"] != "allow"
    check = subprocess.run([binaries / "community-copilot", "check"], cwd=tmp_path, env=environment)
    assert check.returncode == 0
