import base64
import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from convscope.data.dataset import Dataset
from convscope.errors import BadValue
from convscope.prediction.folder import load_model
from convscope.prediction.pictures import pictures_of
from convscope.reporting.map_page import render_map, shortened, write_map
from convscope.reporting.vectors import Table, tabulate

HOSTILE = "</script><b onclick='x'>&"


def noise_table(n: int, side: int, name: str, classes: int) -> Table:
    """As large as it gets: noise, long names, no two labels alike if that many classes."""
    random = torch.Generator().manual_seed(3)
    model = load_model("bundled:mnist-cnn")
    dataset = Dataset(
        images=torch.randint(0, 256, (n, 3, side, side), dtype=torch.uint8, generator=random),
        targets=torch.arange(n) % classes,
        names=[f"{i}{name}" for i in range(n)],
        target_names=tuple(f"{name}{i}" for i in range(classes)),
    )
    return Table(
        model=model, layer="dropout", flat=False, averaged=False,
        pictures=pictures_of(HOSTILE, [dataset]),
        vectors=torch.rand(n, 3, generator=random), answers=torch.rand(n, 10, generator=random),
    )  # fmt: skip


def content_of(page: str) -> dict:
    return json.loads(page.split('id="content">')[1].split("</script>")[0])


@pytest.fixture(scope="module")
def table() -> Table:
    return noise_table(7, 17, HOSTILE, 2)


def test_the_page_tells_of_every_picture(table):
    content = content_of(render_map(table, "pca"))
    assert content["names"] == list(table.pictures.names)
    assert [content["classes"][i] for i in content["labels"]] == list(table.pictures.labels)
    said = [table.said(i) for i in range(7)]
    assert [content["answers"][i] for i in content["answered"]] == [name for name, _ in said]
    assert content["sure"] == pytest.approx([p for _, p in said], abs=1e-4)
    points = np.array(content["points"])
    assert points.shape == (7, 2)
    assert points.min() == 0
    assert points.max() == 1


def test_foreign_text_is_only_text(table):
    page = render_map(table, "tsne")
    assert page.count("<script") == 2
    assert "<b onclick" not in page


def test_style_and_script_are_allowed_by_their_hash_and_nothing_else_is(table):
    page = render_map(table, "pca")
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', page)
    assert "unsafe" not in policy
    allowed = set(re.findall(r"'sha256-([^']*)'", policy))
    texts = re.findall(r"<style>(.*?)</style>|<script>(.*?)</script>", page, re.DOTALL)
    hashes = [hashlib.sha256("".join(pair).encode()).digest() for pair in texts]
    assert {base64.b64encode(each).decode() for each in hashes} == allowed
    assert len(allowed) == 2
    assert not re.search(r"(src|href)=", page)


def test_without_labels_the_models_answers_colour_the_map(table):
    unlabelled = replace(table.pictures, labels=(None,) * 7)
    page = render_map(replace(table, pictures=unlabelled), "pca")
    content = content_of(page)
    assert content["by_label"] is False
    assert content["labels"] == [-1] * 7
    assert "What the model says" in page


def test_it_stays_under_two_megabytes_whatever_the_data():
    table = noise_table(2003, 48, "<" * 200, 2003)
    page = render_map(table, "pca", total=70_001)
    assert len(page.encode("utf-8")) < 2_000_000
    assert len(content_of(page)["points"]) == 2000
    assert "2,000 of 70,001 pictures are shown" in page


def test_names_are_cut_alike_as_far_as_they_must():
    assert shortened(["ab", "c" * 200], 10_000) == ["ab", "…" + "c" * 119]
    assert shortened(["ab", "c" * 200], 50) == ["ab", "…" + "c" * 29]


def test_a_lone_surrogate_in_a_name_does_not_break_the_page(table, own_place):
    pictures = replace(table.pictures, names=("a\udcff",) * 7)
    page = write_map(replace(table, pictures=pictures), own_place / "new" / "map.html", "pca")
    assert content_of(page.read_text(encoding="utf-8"))["names"] == ["a?"] * 7


def test_another_suffix_is_refused(table, own_place):
    with pytest.raises(BadValue, match=r"\.html"):
        write_map(table, own_place / "map.txt")


def test_the_same_pictures_make_the_same_page():
    model = load_model("bundled:mnist-cnn")
    random = torch.Generator().manual_seed(1)
    dataset = Dataset(
        images=torch.randint(0, 256, (11, 1, 28, 28), dtype=torch.uint8, generator=random),
        targets=torch.arange(11) % 3,
        names=[str(i) for i in range(11)],
        target_names=("a", "b", "c"),
    )
    first, second = (render_map(tabulate(model, pictures_of("x", [dataset]))) for _ in range(2))
    assert first == second
