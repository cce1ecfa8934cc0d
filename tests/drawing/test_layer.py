import torch

from convscope.drawing.layer import FilterMaps, draw_layer
from convscope.filters.apply import correlate
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.pool import pool

IMAGE = torch.randint(0, 256, (1, 11, 13), generator=torch.Generator().manual_seed(6)).double()


def maps_of(name: str) -> FilterMaps:
    before = correlate(IMAGE[None], CATALOGUE[name].values)
    after = before.relu()
    pooled = pool(after, "max", 2).values
    return FilterMaps(kernel=CATALOGUE[name], before=before[0], after=after[0], pooled=pooled[0])


def test_each_filter_has_a_row_with_its_maps_on_one_scale(theme, words):
    filters = [maps_of("sobel-x"), maps_of("course-4x4-3"), maps_of("gaussian-5")]
    figure = draw_layer(IMAGE, filters, "max pooling 2 x 2", theme)
    named = [axes for axes in figure.axes if axes.get_title()]
    picture, *rest = named
    assert picture.get_title() == "the picture"
    assert len(rest) == 4 * len(filters)
    for maps, (kernel, *panels) in zip(filters, zip(*[iter(rest)] * 4, strict=True), strict=True):
        assert kernel.get_title() == maps.kernel.name
        for axes, values in zip(panels, (maps.before, maps.after, maps.pooled), strict=True):
            assert axes.images[0].get_array().tolist() == values[0].tolist()
        assert len({axes.images[0].get_clim() for axes in panels}) == 1
        assert [axes.get_title() for axes in panels] == [
            "before ReLU: 11 x 13",
            "after ReLU: 11 x 13",
            "max pooling 2 x 2: 5 x 6",
        ]
    assert "5 x 5, sum 1" in words(figure)
