from torch import nn

from convscope.networks.advice_words import titled, torch_says
from convscope.networks.trace import trace


def test_layers_are_named_by_path_and_class():
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = nn.Sequential(nn.ReLU())

        def forward(self, values):
            return self.part(values).flatten(1)

    calls = [step.call for step in trace(nn.Sequential(Named()), (3, 5)).steps]
    assert [titled(call) for call in calls] == ["0.part.0 (ReLU)", "0.flatten()"]
    assert titled(trace(nn.Sequential(nn.ReLU()), (5,)).steps[0].call) == "layer 0 (ReLU)"
    assert titled(trace(nn.ReLU(), (5,)).steps[0].call) == "the ReLU"


def test_what_torch_says_names_no_number_of_images():
    found = trace(nn.Sequential(nn.AvgPool2d(7), nn.InstanceNorm2d(3)), (3, 7, 7))
    problem, mends = torch_says(found, found.failed)
    assert problem == (
        "layer 1 (InstanceNorm2d) gets 3 maps of 1x1 and fails with ValueError: Expected more than "
        "1 spatial element when training, got input size torch.Size([n, 3, 1, 1])"
    )
    assert mends == []
