import pytest
import torch
from jaxtyping import TypeCheckError

from convscope.evaluation.metrics import cross_entropy, top_k_correct


def test_under_test_the_names_bind_across_arguments():
    with pytest.raises(TypeCheckError):
        top_k_correct(torch.zeros(5, 3), torch.zeros(7, dtype=torch.long), 1)


def test_under_test_labels_must_be_whole_numbers():
    with pytest.raises(TypeCheckError):
        cross_entropy(torch.zeros(5, 3), torch.zeros(5))
