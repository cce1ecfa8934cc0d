import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from convscope.device import Resolved, computes_bfloat16, find_device, machine, threads
from convscope.errors import BadValue

CPU = {"device": "cpu", "precision": "float32", "memory_format": "contiguous", "threads": 1}
CPUINFO = Path("/proc/cpuinfo")


def test_the_cpu_is_always_offered():
    assert find_device("cpu") == torch.device("cpu")


def test_auto_takes_the_accelerator_that_torch_sees():
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    expected = "cpu" if accelerator is None else accelerator.type
    assert find_device("auto").type == expected


def test_a_device_that_is_not_here_is_refused_with_those_that_are():
    with pytest.raises(BadValue, match="device 'cuda:97': this machine offers auto, cpu"):
        find_device("cuda:97")


def test_threads_are_put_back_even_after_an_error():
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError), threads(before + 2):
        _ = 1 // (torch.get_num_threads() - before - 2)
    assert torch.get_num_threads() == before


def test_more_threads_than_cores_are_refused():
    cores = os.cpu_count()
    Resolved(**{**CPU, "threads": cores}).check()
    with pytest.raises(BadValue, match=f"threads {cores + 1}: this machine has {cores} cores"):
        Resolved(**{**CPU, "threads": cores + 1}).check()


def test_a_stored_device_that_is_gone_is_refused():
    with pytest.raises(BadValue, match="device 'cuda:97'"):
        Resolved(**{**CPU, "device": "cuda:97"}).check()


@pytest.mark.parametrize(
    ("precision", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)]
)
def test_autocast_computes_products_in_the_precision(precision, dtype):
    with Resolved(**{**CPU, "precision": precision}).autocast():
        assert (torch.ones(3, 5) @ torch.ones(5, 7)).dtype == dtype


def test_the_memory_format_is_torchs_own():
    formats = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
    for name, expected in formats.items():
        assert Resolved(**{**CPU, "memory_format": name}).format is expected


def test_what_was_stored_is_read_back():
    resolved = Resolved(**CPU)
    assert Resolved(**resolved.to_json()) == resolved
    assert resolved.to_json() == {**CPU, "kernels": "torch"}


@pytest.mark.skipif(not CPUINFO.exists(), reason="the processor's flags are read on Linux")
def test_bfloat16_is_the_hardwares_where_the_processor_says_so():
    flags = set(CPUINFO.read_text().split())
    in_hardware = bool({"avx512_bf16", "amx_tile"} & flags)
    assert computes_bfloat16(torch.device("cpu")) == in_hardware


@pytest.mark.skipif(torch.cuda.is_available(), reason="a machine with a GPU is named after it")
@pytest.mark.skipif(not CPUINFO.exists(), reason="the processor's name is read on Linux")
def test_a_machine_is_named_by_its_processor_and_cores():
    name, cores = machine().rsplit(", ", 1)
    assert cores == f"{os.cpu_count()} cores"
    assert name == os.uname().machine or name in CPUINFO.read_text()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_freed_memory_is_kept_for_the_next_step():
    code = """
import os
from pathlib import Path
import torch
from convscope.device import keep_freed_memory

def kept() -> int:
    block = torch.ones(97 << 18)  # 97 MiB
    del block
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

before = kept()
keep_freed_memory()
print((kept() - before) >> 20)
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) >= 90
