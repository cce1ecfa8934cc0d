"""Any nn.Module is trained by the same call, and opened again by handing it over."""

from torch import Tensor, nn

import convscope


class Small(nn.Module):
    """One convolution and one linear layer: images (n, 1, 8, 8) -> logits (n, 10)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 24, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.relu = nn.ReLU()
        self.linear = nn.Linear(24 * 4 * 4, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.linear(self.relu(self.pool(self.conv(images))).flatten(1))


run = convscope.train("digits-cnn", network=Small(), epochs=8)
print(run.history.best.epoch, run.history.best.validation)

again = convscope.load_model(run.folder, net=Small())
pixels = convscope.load_data("digits").validation.images[0].permute(1, 2, 0).numpy()
print(again.predict(pixels).best, "is what", run.model.predict(pixels).best, "was")
