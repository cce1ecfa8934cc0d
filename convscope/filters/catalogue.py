"""Name -> kernel: the hand-made filters, what each is for, and what it finds."""

from collections.abc import Mapping

from torch import Tensor

from convscope.filters.kernels import (
    Kernel,
    box,
    derivative,
    gaussian,
    high_pass,
    identity,
    rows,
    unsharp,
)

SOBEL = derivative(1, 2, 1)
SCHARR = derivative(3, 10, 3)
PREWITT = derivative(1, 1, 1)
LAPLACIAN = rows([0, 1, 0], [1, -4, 1], [0, 1, 0])
LAPLACIAN_8 = rows([1, 1, 1], [1, -8, 1], [1, 1, 1])
SHARPEN = rows([0, -1, 0], [-1, 5, -1], [0, -1, 0])
EMBOSS = rows([-2, -1, 0], [-1, 1, 1], [0, 1, 2])
LINE_HORIZONTAL = rows([-1, -1, -1], [2, 2, 2], [-1, -1, -1])
LINE_45 = rows([-1, -1, 2], [-1, 2, -1], [2, -1, -1])
COURSE_4 = rows(*[[-1, -1, 1, 1]] * 4)
COURSE_5_X = rows(
    [-1.0, -0.2, 0, 0.2, 1.0],
    [-1.5, -0.2, 0, 0.2, 1.5],
    [-2.0, -0.2, 0, 0.2, 2.0],
    [-1.5, -0.2, 0, 0.2, 1.5],
    [-1.0, -0.2, 0, 0.2, 1.0],
)
COURSE_5_Y = rows(
    [-1.0, -2.0, -2.0, -2.0, -1.0],
    [-0.2] * 5,
    [0.0] * 5,
    [0.2] * 5,
    [1.0, 2.0, 2.0, 2.0, 1.0],
)

ACROSS, DOWN = "how much brighter it gets to the right", "how much brighter it gets downwards"
VERTICAL = "vertical edges: positive where dark is left of bright"
VERTICAL_FALLING = "vertical edges: positive where bright is left of dark"
HORIZONTAL = "horizontal edges: positive where dark is above bright"
HORIZONTAL_FALLING = "horizontal edges: positive where bright is above dark"
SMOOTH = "nothing of its own: detail and noise go, the coarse stays"
DETAIL = "edges, texture and noise, whatever their direction"
LINE = "bright lines, one pixel thick, on darker ground"

ENTRIES: Mapping[str, tuple[Tensor, str, str]] = {
    "sobel-x": (SOBEL, f"{ACROSS}, smoothed along the edge", VERTICAL),
    "sobel-y": (SOBEL.T, f"{DOWN}, smoothed along the edge", HORIZONTAL),
    "scharr-x": (SCHARR, f"{ACROSS}, its direction truer than Sobel's", VERTICAL),
    "scharr-y": (SCHARR.T, f"{DOWN}, its direction truer than Sobel's", HORIZONTAL),
    "prewitt-x": (PREWITT, f"{ACROSS}, three rows counted alike", VERTICAL),
    "prewitt-y": (PREWITT.T, f"{DOWN}, three columns counted alike", HORIZONTAL),
    "laplacian": (LAPLACIAN, "how much brighter the 4 neighbours are than the pixel", DETAIL),
    "laplacian-8": (LAPLACIAN_8, "how much brighter the 8 neighbours are than the pixel", DETAIL),
    "gaussian-3": (gaussian(3, 0.8), "a soft blur, a bell of sigma 0.8 pixels", SMOOTH),
    "gaussian-5": (gaussian(5, 1.1), "a soft blur, a bell of sigma 1.1 pixels", SMOOTH),
    "gaussian-7": (gaussian(7, 1.4), "a soft blur, a bell of sigma 1.4 pixels", SMOOTH),
    "box-3": (box(3), "the mean of 3 x 3 pixels", SMOOTH),
    "box-5": (box(5), "the mean of 5 x 5 pixels", SMOOTH),
    "sharpen": (SHARPEN, "the image less its Laplacian: crisper edges", DETAIL),
    "unsharp": (unsharp(5, 1.1), "the image, and once more what a blur takes away", DETAIL),
    "emboss": (
        EMBOSS,
        "the image as a relief, lit from the upper left",
        "slanting edges: brighter where dark lies up left of bright",
    ),
    "high-pass": (high_pass(5, 1.1), "what a blur takes away", DETAIL),
    "line-horizontal": (LINE_HORIZONTAL, LINE, "horizontal lines"),
    "line-vertical": (LINE_HORIZONTAL.T, LINE, "vertical lines"),
    "line-45": (LINE_45, LINE, "lines that rise to the right"),
    "line-135": (LINE_45.flip(1), LINE, "lines that fall to the right"),
    "identity": (identity(3), "the image unchanged, to compare with", "everything as it is"),
    "course-4x4-1": (COURSE_4, "two columns less the two left of them", VERTICAL),
    "course-4x4-2": (-COURSE_4, "the negative of course-4x4-1", VERTICAL_FALLING),
    "course-4x4-3": (COURSE_4.T, "two rows less the two above them", HORIZONTAL),
    "course-4x4-4": (-COURSE_4.T, "the negative of course-4x4-3", HORIZONTAL_FALLING),
    "course-5x5-1": (COURSE_5_X, "a narrow step across and a strong wide one", VERTICAL),
    "course-5x5-2": (COURSE_5_X.flip(1), "course-5x5-1 mirrored", VERTICAL_FALLING),
    "course-5x5-3": (COURSE_5_Y, "a narrow step down and a strong wide one", HORIZONTAL),
    "course-5x5-4": (COURSE_5_Y.flip(0), "course-5x5-3 mirrored", HORIZONTAL_FALLING),
}

CATALOGUE: Mapping[str, Kernel] = {
    name: Kernel(name=name, values=values, about=about, finds=finds)
    for name, (values, about, finds) in ENTRIES.items()
}
