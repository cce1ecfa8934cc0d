import json

from convscope.networks.imagenet import imagenet_classes


def test_there_are_1000_classes_and_no_two_are_called_alike():
    names = imagenet_classes()
    assert len(names) == len(set(names)) == 1000
    assert all(name == name.strip() and name.isprintable() and "_" not in name for name in names)


def test_they_are_in_the_order_of_the_published_weights(shared_data):
    index = json.loads((shared_data / "imagenet" / "imagenet_class_index.json").read_text())
    theirs = [index[str(i)][1].replace("_", " ") for i in range(1000)]
    differ = {i: n for i, n in enumerate(imagenet_classes()) if n != theirs[i]}
    assert differ == {134: "crane bird", 639: "maillot tank suit"}  # two are called alike there
