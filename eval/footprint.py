"""Size on disk, time to load and memory of what is served."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from eval.server import deliver, serving
from models.artifacts import read_manifest, resolve
from training.sources import corpus_rows

_LOADING = """
import pathlib, sys, time
from models import load_classifier
started = time.perf_counter()
load_classifier(sys.argv[1])
print(time.perf_counter() - started)
print(next(x.split()[1] for x in pathlib.Path("/proc/self/status").read_text().splitlines() if x.startswith("VmRSS")))
"""


def footprint(reference: str) -> dict[str, object]:
    """Size of the artefact with its companion, time to load it, memory of a process that did, and of a server."""
    manifest = read_manifest(resolve(reference))
    folders = [manifest.folder, *(resolve(name) for name in [manifest.options.get("companion")] if name)]
    size = sum(file.stat().st_size for folder in folders for file in folder.iterdir() if file.suffix != ".md")
    runs = [
        subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", _LOADING, reference], capture_output=True, text=True, check=True
        )
        for _ in range(3)
    ]
    seconds, kilobytes = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    said = [{"id": str(i), "text": row.text} for i, row in enumerate(corpus_rows("test")[:200])]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        deliver(server.port, server.key or "", said)
        resident = server.resident_megabytes()
    return {
        "classifier": manifest.id,
        "megabytes_on_disk": size / 1e6,
        "load_s": statistics.median(seconds),
        "megabytes_loaded": statistics.median(kilobytes) / 1024,
        "server_megabytes": resident,
    }
