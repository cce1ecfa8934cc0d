import pytest
import torch
from torch import nn

from convscope.networks.advice import advise

BODY = [nn.Conv2d(3, 5, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()]


@pytest.mark.parametrize(
    ("layers", "said", "mended"),
    [
        ([*BODY, nn.Linear(5, 10), nn.Dropout()],
         "there are 7 classes, and the net gives 10 scores: make layer 3 (Linear) nn.Linear(5, 7)",
         [*BODY, nn.Linear(5, 7), nn.Dropout()]),
        ([nn.Conv2d(3, 10, 3), nn.ReLU(), *BODY[1:]],
         "there are 7 classes, and the net gives 10 scores: "
         "make layer 0 (Conv2d) nn.Conv2d(3, 7, ...)",
         [nn.Conv2d(3, 7, 3), nn.ReLU(), *BODY[1:]]),
        ([nn.Flatten()],
         "there are 7 classes, and the net gives 429 scores: put nn.Linear(429, 7) at the end",
         [nn.Flatten(), nn.Linear(429, 7)]),
        ([nn.Conv2d(3, 5, 3)],
         "the net answers with 5 maps of 9x11, not with scores: "
         "put nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 7) at the end",
         [*BODY, nn.Linear(5, 7)]),
    ],
)  # fmt: skip
def test_what_is_no_score_per_class_is_mended(layers, said, mended):
    assert advise(nn.Sequential(*layers), (3, 11, 13), 7).sentence == said
    assert advise(nn.Sequential(*layers), (3, 11, 13)) is None
    assert advise(nn.Sequential(*mended), (3, 11, 13), 7) is None


def test_images_that_are_mixed_up_are_told_where():
    class Mixing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(143, 7)

        def forward(self, images):
            return self.head(images.view(-1, 143))

    advice = advise(Mixing(), (3, 11, 13), 7)
    assert advice.sentence == (
        "view() does not leave each image a row of its own: 3 maps of 11x13 become 3 x 143: "
        "write flatten(1), which does"
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda x: [x],
            "the net answers with a list, not with one tensor: return the scores alone",
        ),
        (lambda x: x.sum(), "sum() does not leave each image a row of its own"),
        (lambda x: torch.ones(7), "the net does not answer each image with a row of its own"),
    ],
)
def test_answers_that_are_no_rows(answer, said):
    class Answering(nn.Module):
        def forward(self, images):
            return answer(images)

    assert advise(Answering(), (3, 11, 13), 7).sentence.startswith(said)
