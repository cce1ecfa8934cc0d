from convscope.training import running
from convscope.training.checkpoint import read_checkpoint
from convscope.training.plan import make_plan
from convscope.training.running import Nobody, Saver, carry_out


def test_checkpoints_are_written_at_the_beginning_now_and_then_and_at_the_end(
    bars, recipe, tmp_path, monkeypatch
):
    steps = []
    save = Saver.save

    def count(self):
        steps.append(self._state.position.step)
        save(self)

    monkeypatch.setattr(Saver, "save", count)
    monkeypatch.setattr(running, "CHECKPOINT_SECONDS", 1e9)
    plan = make_plan("x", recipe(), data=bars)
    assert carry_out(plan, plan.new_state(), tmp_path, True, Nobody()) == ("finished", None)
    assert steps == [0, 10]
    facts = read_checkpoint(tmp_path / "checkpoint").facts
    assert facts["position"]["epoch"] == 2
    assert [row["epoch"] for row in facts["records"]] == [0, 1, 2]

    steps.clear()
    monkeypatch.setattr(running, "CHECKPOINT_SECONDS", 0.0)
    plan = make_plan("x", recipe(), data=bars)
    carry_out(plan, plan.new_state(), tmp_path, True, Nobody())
    assert set(steps) == set(range(11))


def test_an_onlooker_sees_every_batch_and_every_record(bars, recipe, tmp_path):
    class Counts(Nobody):
        def __init__(self):
            self.seen = []

        def begin(self, plan, state, folder):
            self.seen.append("begin")

        def batches(self, batches):
            for batch in batches:
                yield batch
                self.seen.append("batch")

        def records(self, records):
            for record in records:
                self.seen.append(record.epoch)
                yield record

    onlooker = Counts()
    plan = make_plan("x", recipe(), data=bars)
    carry_out(plan, plan.new_state(), tmp_path, True, onlooker)
    assert onlooker.seen == ["begin", 0, *["batch"] * 5, 1, *["batch"] * 5, 2]
