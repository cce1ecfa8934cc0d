import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from sklearn.metrics import accuracy_score, log_loss

from convscope.atomic import write_json
from convscope.data.batches import Batches
from convscope.data.dataset import Dataset
from convscope.errors import BadData, BadModel, BadValue
from convscope.evaluation.evaluate import answers_on, collect, evaluate
from convscope.evaluation.test_set import read_openings, write_report
from convscope.prediction.folder import load_model


def changed(dataset: Dataset, **fields) -> Dataset:
    return replace(dataset, **fields)


def in_other_order(dataset: Dataset) -> Dataset:
    """The same pictures with the class names in another order, and the labels that go with it."""
    names = ("dog", "ant", "eel", "cat", "bee")
    places = torch.tensor([names.index(name) for name in dataset.class_names])
    return changed(dataset, targets=places[dataset.labels], target_names=names)


def test_a_run_is_told_from_what_its_training_stored_and_opens_nothing(run):
    before = {path: path.read_bytes() for path in run.iterdir()}
    (run / "model.safetensors").unlink()
    report = evaluate(run)
    stored = json.loads((run / "report.json").read_text())["test"]
    assert json.loads(json.dumps(report.to_json())) == stored
    assert {path: path.read_bytes() for path in run.iterdir()} == {
        path: content for path, content in before.items() if path.name != "model.safetensors"
    }


def test_a_run_is_named_by_its_path_its_name_or_itself(run):
    for name in (run, str(run), "noise-1", SimpleNamespace(folder=run)):
        assert evaluate(name).total == 31


def test_a_sealed_test_set_stays_shut_and_says_how_to_open_it(run):
    write_report(run, None)
    said = "noise-1 is sealed and was never opened: `--part validation` .* `--part test` opens it"
    with pytest.raises(BadModel, match=said):
        evaluate(run)


def test_the_validation_part_is_measured_without_a_record(run, splits, model):
    report = evaluate(run, part="validation")
    part = splits.validation
    scores = model.logits(model.preprocessing.normalize(part.images))
    assert (report.data, report.part, report.total) == ("noise", "validation", 23)
    assert report.accuracy == accuracy_score(part.labels, scores.argmax(1))
    assert report.loss == pytest.approx(log_loss(part.labels, scores.double().softmax(1)))
    assert len(read_openings(run)) == 1


def test_opening_the_test_set_again_gives_the_same_and_is_recorded(run):
    report = evaluate(run, part="test")
    assert report.confusion_matrix == evaluate(run).confusion_matrix
    first, second = read_openings(run)
    assert (first["by"], second["by"]) == ("train", "evaluate")
    for key in ("correct", "total", "accuracy", "interval", "weights_sha256", "data"):
        assert first[key] == second[key]


def test_an_unknown_part_is_refused(run):
    with pytest.raises(BadValue, match="part 'val': it can be train, validation or test"):
        evaluate(run, part="val")


def test_a_model_alone_needs_data(model):
    with pytest.raises(BadValue, match="a model alone has no test set: give `data`"):
        evaluate(model)


def test_an_unfinished_run_says_so(run):
    (run / "config.json").unlink()
    (run / "checkpoint").mkdir()
    with pytest.raises(BadModel, match="is unfinished"):
        evaluate(run)


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"fingerprint": "other"}, BadData, "the data set noise is not what .* was trained on"),
        ({"source": None}, BadModel, "was trained on data given from Python: hand them over"),
    ],
)
def test_data_that_are_not_the_runs_own_are_refused(run, fields, error, said):
    config = json.loads((run / "config.json").read_text())
    write_json(run / "config.json", {**config, "data": {**config["data"], **fields}})
    with pytest.raises(error, match=said):
        evaluate(run, part="validation")


def test_other_data_are_measured_with_their_own_name_and_part(run, splits, model):
    other = replace(splits, name="other")
    assert evaluate(run, other).part == "test"
    report = evaluate(run, other, part="train")
    assert (report.data, report.part, report.total) == ("other", "train", 61)
    scores = model.logits(model.preprocessing.normalize(splits.train.images))
    assert report.accuracy == accuracy_score(splits.train.labels, scores.argmax(1))


def test_ones_own_test_part_is_on_record_under_any_name(run, splits):
    evaluate(run, replace(splits, name="other"))
    evaluate(run, splits.test)
    assert len(read_openings(run)) == 3
    evaluate(run, splits.validation)
    assert len(read_openings(run)) == 3


def test_a_data_set_given_alone_is_measured_whole(model, dataset):
    report = evaluate(model, dataset)
    assert (report.data, report.part, report.total) == ("given data", "all", 47)
    assert list(report.notes) == []


def test_data_are_loaded_by_their_name(model, splits, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "convscope.evaluation.evaluate.load_data", lambda name: asked.append(name) or splits
    )
    assert evaluate(model, "digits").total == 31
    assert asked == ["digits"]


def test_classes_are_matched_by_name_whatever_their_order(model, dataset):
    assert evaluate(model, in_other_order(dataset)) == evaluate(model, dataset)


def test_a_subset_of_the_classes_is_said_aloud(model, dataset):
    few = dataset.subset([i for i, label in enumerate(dataset.labels.tolist()) if label in (1, 3)])
    few = changed(few, target_names=("dog", "bee"), targets=(few.labels == 1).long())
    report = evaluate(model, few)
    assert list(report.notes) == ["these data have 2 of the model's 5 classes: dog, bee"]
    totals = [row["total"] for row in report.per_class]
    assert totals == [0, 10, 0, 9, 0]
    assert report.per_class[0]["recall"] is None
    expected = answers_on(model, few).argmax(1)
    truth = torch.tensor([3, 1])[few.labels]
    assert report.correct == (expected == truth).sum()


def test_classes_the_model_does_not_know_are_named(model, dataset):
    strange = changed(dataset, target_names=("ant", "fox", "cat", "gnu", "eel"))
    said = r"the model does not know 2 of these data's 5 classes \(fox, gnu\): it knows ant, bee"
    with pytest.raises(BadData, match=said):
        evaluate(model, strange)


def test_images_of_another_size_and_colour_are_fitted_as_in_prediction(model, dataset):
    images = torch.randint(0, 256, (47, 3, 29, 23), generator=torch.Generator().manual_seed(3))
    large = changed(dataset, images=images.byte())
    report = evaluate(model, large)
    assert list(report.notes) == ["images of 3x29x23 were resized to the model's 1x11x13"]
    best = [model.predict(image.permute(1, 2, 0).numpy()).best for image in large.images]
    truth = [large.class_names[label] for label in large.labels.tolist()]
    assert report.accuracy == accuracy_score(truth, best)


def test_the_answers_are_the_nets_on_each_image_in_order(model, dataset):
    found = answers_on(model, dataset)
    alone = [
        model.logits(model.preprocess(i.permute(1, 2, 0).numpy())[None]) for i in dataset.images
    ]
    torch.testing.assert_close(found, torch.cat(alone))


def test_collecting_answers_puts_every_mode_back(model, dataset):
    model.net.dropout.eval()
    batches = Batches(dataset, model.preprocessing, 11)
    answers, targets = collect(model.net, batches)
    assert answers.shape == (47, 5)
    assert torch.equal(targets, dataset.labels)
    assert model.net.training
    assert not model.net.dropout.training


def test_a_network_from_a_file_is_run_only_when_named(run, splits):
    code = "from convscope.networks.mlp import MLP as Net\n"
    Path("mine.py").write_text(code)
    config = json.loads((run / "config.json").read_text())
    config["network"]["name"] = "mine.py:Net"
    write_json(run / "config.json", config)
    with pytest.raises(BadModel, match="a config may not run"):
        evaluate(run, part="validation")
    assert evaluate(run, part="validation", network="mine.py:Net").total == 23
    assert load_model(run, network="mine.py:Net").target_names == splits.test.class_names
