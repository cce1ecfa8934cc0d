import json

from PIL import Image as Picture

from convscope.data.catalogue import CATALOGUE


def test_every_data_set_is_listed_with_its_licence(convscope):
    listed = convscope("data", "list").out
    for name, source in CATALOGUE.items():
        assert name in listed
        assert source.licence in listed
    assert set(json.loads(convscope("data", "list", "--json").out)) == set(CATALOGUE)


def test_a_data_set_is_shown_in_numbers_and_pictures(convscope, own_place):
    outcome = convscope("data", "show", "digits", "--image", "7", "--recipe", "digits-cnn")
    assert outcome.code == 0
    assert "all    1,151         287   359" in outcome.out
    assert "normalised" in outcome.out
    assert "1 x 8 x 8 = 64 numbers" in outcome.out
    pictures = sorted((own_place / "pictures/digits").iterdir())
    assert [path.name for path in pictures] == [
        "contact-sheet.png",
        "image-7-augmented.png",
        "image-7.png",
    ]
    for path in pictures:
        with Picture.open(path) as picture:
            assert min(picture.size) > 300


def test_json_holds_the_parts(convscope):
    shown = json.loads(convscope("data", "show", "digits", "--json", "--out", "here").out)
    assert [shown[part]["images"] for part in ("train", "validation", "test")] == [1151, 287, 359]
    assert shown["train"]["shape"] == [1, 8, 8]
    assert len(shown["pictures"]) == 2
