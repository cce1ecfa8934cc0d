"""A folder of photographs: how long the first and the second start take, and what memory it needs.

    python benchmarks/folders.py               # 20,000 photographs, made here
    python benchmarks/folders.py --count 2000

Every measurement is a process of its own with one cache folder. While a network learns from a
quarter of the pictures, and from all of them, two numbers are sampled (Linux, glibc 2.33): what is
allocated, and anonymous memory (RssAnon), which counts freed memory that glibc keeps for the next
step too.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Picture

from convscope.device import machine

CLASSES = 4
SIZE = (320, 256)
"""Width and height of each photograph."""

LOAD = """
import json, sys, time
from convscope.data.loading import load_data
started = time.perf_counter()
splits = load_data(sys.argv[1])
print(json.dumps({"seconds": time.perf_counter() - started}))
"""
TRAIN = """
import ctypes, json, sys, tempfile, threading
from pathlib import Path
import convscope

class Mallinfo2(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
        "fordblks", "keepcost",
    )]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Mallinfo2
seen, allocated, done = [], [], threading.Event()

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))

def sample():
    while not done.wait(0.001):
        seen.append(anonymous())
        allocated.append(libc.mallinfo2().uordblks)

threading.Thread(target=sample, daemon=True).start()
with tempfile.TemporaryDirectory() as folder:
    convscope.train(
        "folder", data=sys.argv[1], network="lenet", augment="flip", epochs=1, batch_size=64,
        precision="float32", memory_format="channels_last", threads=2, out=folder + "/run",
    )
done.set()
print(json.dumps({"resident": max(seen) / 1024, "allocated": max(allocated) / 1e6}))
"""


def make_photographs(folder: Path, count: int) -> None:
    """`count` JPEGs of SIZE in class folders: smooth random colours, no two alike."""

    def make(i: int) -> None:
        coarse = np.random.default_rng(i).integers(0, 256, (16, 20, 3), dtype=np.uint8)
        coarse[:, :, i % 3] //= 1 + i % CLASSES
        place = folder / f"class {i % CLASSES}"
        Picture.fromarray(coarse).resize(SIZE, Picture.Resampling.BICUBIC).save(place / f"{i}.jpg")

    for number in range(CLASSES):
        (folder / f"class {number}").mkdir(parents=True)
    with ThreadPoolExecutor() as pool:
        list(pool.map(make, range(count)))


def in_a_process(code: str, folder: Path, cache: Path) -> dict[str, Any]:
    """What `code` prints about `folder`, with this cache folder."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def spread(values: Sequence[float]) -> str:
    """Median, least and most."""
    return f"{statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def main() -> None:
    """Make, load twice, train, and print what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{machine()}; Python {platform.python_version()}, torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as place:
        whole, quarter, cache = Path(place, "all"), Path(place, "quarter"), Path(place, "cache")
        started = time.perf_counter()
        make_photographs(whole, chosen.count)
        make_photographs(quarter, chosen.count // 4)
        megabytes = sum(file.stat().st_size for file in whole.rglob("*.jpg")) / 1e6
        print(
            f"{chosen.count:,} photographs of {SIZE[0]} x {SIZE[1]}, {megabytes:.0f} MB, made in "
            f"{time.perf_counter() - started:.0f} s"
        )
        first = in_a_process(LOAD, whole, cache)["seconds"]
        later = [in_a_process(LOAD, whole, cache)["seconds"] for _ in range(chosen.runs)]
        print(f"first start: {first:.1f} s")
        ratio = first / statistics.median(later)
        print(f"later starts: {spread(later)} s, {ratio:.0f} times faster")
        for folder, count in ((quarter, chosen.count // 4), (whole, chosen.count)):
            in_a_process(LOAD, folder, cache)
            used = [in_a_process(TRAIN, folder, cache) for _ in range(3)]
            print(
                f"training on {count:,}, peaks in MB: allocated "
                f"{spread([run['allocated'] for run in used])}, resident (RssAnon) "
                f"{spread([run['resident'] for run in used])}"
            )


if __name__ == "__main__":
    main()
