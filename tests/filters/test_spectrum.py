import numpy as np
import pytest
import torch
from torch.testing import assert_close

from convscope.errors import BadValue
from convscope.filters.apply import correlate
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.spectrum import response, spectrum, split

SIZES = [(11, 13), (7, 2), (12, 5), (4, 6), (1, 3), (2, 1), (1, 1)]


def noise(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(7)
    return torch.randint(0, 256, shape, generator=generator).double()


@pytest.mark.parametrize("size", SIZES)
def test_a_spectrum_is_the_centred_log_magnitude_of_numpys_transform(size):
    image = noise(3, *size)
    transformed = np.fft.fftshift(np.fft.fft2(image.numpy()), axes=(1, 2))
    assert_close(spectrum(image), torch.from_numpy(np.log1p(np.abs(transformed))))


def test_a_wave_is_two_points_as_far_from_the_middle_as_it_has_periods():
    columns = torch.arange(13).double()
    wave = torch.cos(2 * torch.pi * 3 * columns / 13).expand(11, 13)
    strong = (spectrum(wave) > 1).nonzero().tolist()
    assert strong == [[5, 6 - 3], [5, 6 + 3]]


@pytest.mark.parametrize("name", ["sobel-y", "course-4x4-1", "gaussian-5"])
def test_an_answer_with_border_wrap_has_the_spectrum_times_the_response(name):
    image, kernel = noise(1, 1, 11, 8), CATALOGUE[name].values
    answered = spectrum(correlate(image, kernel, "wrap"))[0, 0].expm1()
    expected = spectrum(image)[0, 0].expm1() * response(kernel, (11, 8))
    assert_close(answered, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("size", [(11, 13), (8, 6)])
def test_the_middle_of_a_response_is_the_kernels_sum_without_its_sign(size):
    kernel = torch.tensor([[1.0, -4, 2], [0.5, 0, -7]], dtype=torch.float64)
    magnitude = response(kernel, size)
    padded = np.zeros(size)
    padded[:2, :3] = kernel.numpy()
    assert_close(magnitude, torch.from_numpy(np.abs(np.fft.fftshift(np.fft.fft2(padded)))))
    assert magnitude[size[0] // 2, size[1] // 2] == pytest.approx(7.5)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("radius", [0, 0.1, 0.37, 1])
def test_low_and_high_are_the_parts_of_the_spectrum_inside_and_outside_a_circle(size, radius):
    images = noise(2, 3, *size)
    low, high = split(images, radius)
    down = np.fft.fftfreq(size[0])[:, None]
    inside = np.hypot(down, np.fft.fftfreq(size[1])) <= radius / 2
    kept = np.fft.ifft2(np.fft.fft2(images.numpy()) * inside)
    assert_close(low, torch.from_numpy(kept.real))
    assert np.abs(kept.imag).max() < 1e-10
    assert_close(low + high, images, rtol=0, atol=1e-12)


def test_at_radius_0_low_is_the_mean_of_each_channel():
    images = noise(2, 3, 5, 7)
    low, _ = split(images, 0)
    assert_close(low, images.mean((2, 3), keepdim=True).expand_as(images))


@pytest.mark.parametrize("radius", [-0.1, 1.1, float("nan")])
def test_a_radius_is_a_fraction(radius):
    with pytest.raises(BadValue, match="a fraction of the fastest frequency, 0 to 1"):
        split(noise(1, 1, 5, 7), radius)


def test_a_kernel_larger_than_the_image_has_no_response_there():
    with pytest.raises(BadValue, match="a kernel of 3 x 3 has no response .* of 2 x 7"):
        response(CATALOGUE["sobel-x"].values, (2, 7))


@pytest.mark.parametrize(
    "image", [torch.zeros(7), torch.zeros(0, 3), torch.zeros(3, 5, dtype=torch.uint8)]
)
def test_only_floats_with_rows_and_columns_have_a_spectrum(image):
    with pytest.raises(BadValue, match="has no spectrum"):
        spectrum(image)
