"""Every annotation of convscope is a check while the tests run; shared data, small stand-ins, an own cache folder."""

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook

install_import_hook("convscope", "beartype.beartype")


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder, with a cache folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder that `CONVSCOPE_DATA` names: real data in the usual layouts."""
    named = os.environ.get("CONVSCOPE_DATA")
    if not named:
        pytest.skip("needs real data: set CONVSCOPE_DATA to a folder with MNIST/raw and cifar-10-batches-py")
    return Path(named)
