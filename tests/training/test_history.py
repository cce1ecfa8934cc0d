import pytest

from convscope.errors import BadModel
from convscope.training.history import History, Record, duration, read_history


def record(epoch: int, loss: float) -> Record:
    return Record(
        epoch=epoch,
        step=7 * epoch,
        learning_rate=0.1 / 3,
        train_loss=None if epoch == 0 else loss / 3,
        validation={"loss": loss, "accuracy": 1 / 3},
        seconds=0.1 * epoch,
        images_per_second=None if epoch == 0 else 1e5 / 7,
    )


def test_a_file_gives_back_every_digit(tmp_path):
    history = History((record(0, 2.3), record(1, 1 / 7), record(2, 0.2)))
    history.save(tmp_path / "history.csv")
    assert read_history(tmp_path / "history.csv") == history


def test_columns_are_read_by_name():
    history = History((record(0, 2.3), record(1, 0.5)))
    assert history["validation_loss"] == [2.3, 0.5]
    assert history["epoch"] == [0, 1]
    assert history.columns[-2:] == ["seconds", "images_per_second"]


def test_the_best_is_the_first_of_the_lowest():
    assert (
        History(tuple(record(e, loss) for e, loss in enumerate((3.0, 1.0, 2.0, 1.0)))).best.epoch
        == 1
    )


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "history.csv").write_text("epoch,step\n1,x\n")
    with pytest.raises(BadModel, match=r"history\.csv cannot be read"):
        read_history(tmp_path / "history.csv")


def test_seconds_are_written_for_people():
    assert duration(3.14) == "3.1 s"
    assert duration(1234.5) == "1,234 s"
