import numpy as np
import pytest
import torch
from torch import nn

from convscope.data.coordinates import as_answers
from convscope.data.preprocess import Preprocessing
from convscope.data.scheme import Scheme
from convscope.errors import BadModel
from convscope.prediction.folder import load_model, save_config, save_weights
from convscope.prediction.model import Model
from convscope.prediction.points import Points, locate

SEEN = Preprocessing(size=(31, 31), resize=31, channels=1, mean=(0.0,), std=(1.0,), crop="pad")


class Brightest(nn.Module):
    """Answers with the centre of what is bright, twice: the second time mirrored."""

    def forward(self, images):
        h, w = images.shape[2:]
        bright = (images[:, 0] - 0.4).clamp(min=0)
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        mass = bright.sum((1, 2))
        x, y = ((bright * places).sum((1, 2)) / mass for places in (columns, rows))
        points = torch.stack([torch.stack([x, y], 1), torch.stack([w - 1 - x, y], 1)], 1)
        return as_answers(points, (h, w))


def model(net: nn.Module | None = None) -> Model:
    return Model(
        net=net or Brightest(),
        preprocessing=SEEN,
        target_names=("spot", "mirror"),
        task="points",
        scheme=Scheme(pairs=((0, 1),)),
    )


@pytest.mark.parametrize(("width", "height"), [(31, 31), (97, 41), (23, 59), (200, 180)])
def test_points_are_told_in_the_pictures_own_pixels(width, height):
    pixels = np.zeros((height, width, 1), np.uint8)
    x, y = width // 3, 2 * height // 3
    reach = max(1, max(width, height) // 31)
    pixels[y - reach : y + reach + 1, x - reach : x + reach + 1] = 255
    found = model().predict(pixels)
    assert found.names == ("spot", "mirror")
    assert found.size == (width, height)
    assert found["spot"] == pytest.approx((x, y), abs=0.3 * max(width, height) / 31)


def test_answers_at_the_edges_are_the_edges_of_a_padded_picture():
    points = locate(torch.tensor([0.0, 0.0, -1.0, 0.0]), ["middle", "left"], SEEN, (62, 31))
    assert points["middle"] == pytest.approx((30.5, 14.5 + 0.5), abs=1.01)
    assert points["left"][0] == pytest.approx(-0.5)


def test_points_as_json():
    points = Points(("a", "b"), ((1.0, 2.0), (3.0, 4.5)), (10, 20))
    assert points.to_json() == [
        {"point": "a", "x": 1.0, "y": 2.0},
        {"point": "b", "x": 3.0, "y": 4.5},
    ]


def test_a_model_of_points_is_found_again_in_its_folder(own_place):
    from convscope.networks.build import build_network

    net = build_network(
        "keypoint_net", num_classes=4, in_channels=1, input_size=(31, 31), arguments={"width": 4}
    )
    whole = Model(
        **{**vars(model(net)), "network": "keypoint_net", "network_arguments": {"width": 4}}
    )
    own_place.joinpath("run").mkdir()
    weights = save_weights(own_place / "run", net)
    save_config(own_place / "run", whole, {"weights_sha256": weights})
    again = load_model(own_place / "run")
    assert (again.task, again.scheme, again.target_names) == (
        "points",
        whole.scheme,
        whole.target_names,
    )
    pixels = np.random.default_rng(0).integers(0, 256, (40, 53, 3), dtype=np.uint8)
    assert again.predict(pixels) == whole.predict(pixels)
    assert again.preprocessing.crop == "pad"


def test_a_config_without_its_scheme_is_damaged(own_place):
    import json

    folder = own_place / "run"
    folder.mkdir()
    net = nn.Linear(2, 2)
    save_config(folder, model(net), {"weights_sha256": save_weights(folder, net)})
    config = json.loads((folder / "config.json").read_text())
    del config["scheme"]
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadModel, match="damaged"):
        load_model(folder, net=net)
