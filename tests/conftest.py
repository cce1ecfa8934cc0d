"""Every annotation of convscope is a check here; each test has a place of its own."""

import os
import signal
from pathlib import Path

import matplotlib as mpl
import pytest
import torch
from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook("convscope", "beartype.beartype")

settings.register_profile("suite", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("suite")

# a suite that was started in the background would inherit that Ctrl-C is ignored
signal.signal(signal.SIGINT, signal.default_int_handler)

torch.set_num_threads(1)  # small images gain nothing from threads, and waiting for them costs

# tests have cache folders of their own, and looking for fonts anew takes a second
os.environ.setdefault("MPLCONFIGDIR", mpl.get_cachedir())

if named := os.environ.get("CONVSCOPE_DATA"):  # tests work in folders of their own
    os.environ["CONVSCOPE_DATA"] = str(Path(named).resolve())


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder, with a cache folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder that `CONVSCOPE_DATA` names: real data in the usual layouts."""
    if not named:
        pytest.skip("needs real data: CONVSCOPE_DATA names no folder with MNIST/raw and the like")
    return Path(named)
