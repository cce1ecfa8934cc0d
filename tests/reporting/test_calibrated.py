import pytest
import torch

from convscope.evaluation.calibration import fit_temperature, measure_reliability
from convscope.evaluation.rejection import at_threshold
from convscope.reporting.calibrated import WANTED, calibrate
from convscope.reporting.evidence import Answers


def answers(part: str, n: int, sharpness: float, seed: int) -> Answers:
    """Answers whose true confidence is softmax(z), given as sharpness * z."""
    random = torch.Generator().manual_seed(seed)
    scores = 2 * torch.randn(n, 3, generator=random)
    labels = torch.multinomial(scores.softmax(1), 1, generator=random)[:, 0]
    return Answers(part, sharpness * scores, labels, None)


def test_temperature_and_threshold_are_chosen_on_validation_and_measured_on_the_other_part():
    validation, test = answers("validation", 2003, 3.0, 0), answers("test", 1009, 3.0, 1)
    found = calibrate(validation, test)
    assert found.temperature == fit_temperature(validation.logits, validation.labels)
    assert found.temperature == pytest.approx(3, rel=0.15)
    assert found.before == measure_reliability(test.logits, test.labels)
    assert found.after.expected_calibration_error < found.before.expected_calibration_error
    assert found.wanted in WANTED
    assert found.answered is not None
    again = at_threshold(test.logits, test.labels, found.answered.threshold, found.temperature)
    assert found.answered == again
    assert found.chosen == (again.coverage, again.accuracy)


def test_a_model_that_guesses_has_no_threshold():
    random = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 3, (499,), generator=random)
    guesses = Answers("validation", torch.randn(499, 3, generator=random), labels, None)
    found = calibrate(guesses, guesses)
    assert (found.wanted, found.answered, found.chosen) == (None, None, None)
