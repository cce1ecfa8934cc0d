import numpy as np
import pytest
import torch
from torch.testing import assert_close

from convscope.data.memory_map import MappedImages, blocks, open_mapped

N, C, H, W = 23, 3, 11, 13


@pytest.fixture
def whole(own_place) -> torch.Tensor:
    pixels = np.random.default_rng(0).integers(0, 256, (N, H, W, C), dtype=np.uint8)
    np.save(own_place / "images.npy", pixels)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


@pytest.fixture
def mapped(whole, own_place) -> MappedImages:
    return MappedImages(open_mapped(own_place / "images.npy"), torch.arange(N))


@pytest.mark.parametrize("at", [3, -1, slice(2, 7), slice(None, 5), [4, 0, 4], torch.tensor([7])])
def test_it_is_indexed_like_the_tensor_it_stands_for(whole, mapped, at):
    assert_close(mapped[at], whole[at])


def test_it_has_the_tensors_shape_and_type_and_ends_where_it_ends(whole, mapped):
    assert (mapped.shape, mapped.dtype, mapped.ndim) == (whole.shape, whole.dtype, whole.ndim)
    assert mapped.nbytes == whole.nbytes
    assert len(list(mapped)) == len(mapped) == N


def test_a_subset_of_a_subset_still_reads_the_file(whole, mapped):
    part = mapped.subset(torch.tensor([9, 2, 17])).subset(torch.tensor([2, 0]))
    assert_close(part[:], whole[[17, 9]])
    assert part.file.data_ptr() == mapped.file.data_ptr()


def test_writing_changes_this_process_only(whole, mapped, own_place):
    mapped.file[0] = 0
    assert_close(open_mapped(own_place / "images.npy").permute(0, 3, 1, 2), whole)


@pytest.mark.parametrize("size", [1, 7, 23, 100])
def test_blocks_are_the_whole_in_pieces(whole, mapped, size):
    for images in (whole, mapped):
        pieces = list(blocks(images, size))
        assert [len(piece) for piece in pieces[:-1]] == [size] * (len(pieces) - 1)
        assert_close(torch.cat(pieces), whole)


@pytest.mark.parametrize(("side", "length"), [(1, 1000), (32, 1000), (33, 962), (2000, 1)])
def test_blocks_left_to_it_are_small_in_number_and_in_bytes(side, length):
    images = torch.empty(1, dtype=torch.uint8).expand(2500, 1, side, side)
    assert len(next(iter(blocks(images)))) == length
