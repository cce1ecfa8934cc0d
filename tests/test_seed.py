import hashlib
import os
import subprocess
import sys

import pytest
import torch

from convscope.seed import generator, number, seeded


def test_a_number_is_the_upper_63_bits_of_the_keys_sha256():
    digest = hashlib.sha256(b"(3, 'augment', 7)").hexdigest()
    assert number(3, "augment", 7) == int(digest[:16], 16) // 2


def test_the_numbers_are_the_same_in_another_process_with_another_hash_seed():
    code = "from convscope.seed import number; print(number(5, 'order', 11))"
    environment = {**os.environ, "PYTHONHASHSEED": "17"}
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert int(answer.stdout) == number(5, "order", 11)


def test_keys_that_look_alike_are_different_keys():
    keys = [(1,), ("1",), (1, 1), (11,), ("1", 1), ((1, 1),), (1.0,)]
    assert len({number(*key) for key in keys}) == len(keys)
    assert all(0 <= number(*key) < 2**63 for key in keys)


def test_equal_keys_draw_equal_numbers_and_other_keys_others():
    first, again, other = (
        torch.rand(13, generator=generator(2, "order", epoch)) for epoch in (3, 3, 5)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_seeded_draws_what_its_generator_draws():
    with seeded(2, "initialisation"):
        drawn = torch.rand(13)
    assert torch.equal(drawn, torch.rand(13, generator=generator(2, "initialisation")))


def test_seeded_leaves_the_global_generator_untouched():
    before = torch.get_rng_state()
    with seeded(2, "dropout"):
        torch.rand(13)
    assert torch.equal(torch.get_rng_state(), before)


def test_seeded_leaves_the_global_generator_untouched_after_an_error():
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), seeded(2, "dropout"):
        _ = torch.rand(13).numel() // 0
    assert torch.equal(torch.get_rng_state(), before)
