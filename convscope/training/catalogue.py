"""Name -> recipe: what it decides, and what to expect of it.

No torch here: `convscope train --help` reads it too.
"""

from dataclasses import dataclass

from convscope.lookup import lookup
from convscope.training.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class Named:
    """A recipe with a name, and what it was measured to do."""

    recipe: Recipe
    about: str
    reaches: str
    """Test accuracy, or the error of points: mean and spread over seeds."""
    takes: str
    """Seconds, and on which machine."""


def find_recipe(recipe: str | Recipe) -> tuple[str, Recipe]:
    """The name and the value of a recipe given as either; a value of one's own is "custom"."""
    if isinstance(recipe, Recipe):
        return "custom", recipe
    return recipe, lookup(CATALOGUE, recipe, "recipe").recipe


CATALOGUE = {
    "digits-cnn": Named(
        recipe=Recipe(
            data="digits",
            network="cnn",
            augment="shift:1",
            epochs=30,
            batch_size=64,
            optimizer="adamw",
            learning_rate=0.01,
            weight_decay=0.05,
        ),
        about="the embedded scans, in seconds: where to begin",
        reaches="97.66 % (96.94 to 98.61, five seeds)",
        takes="4 s on two cores of a Zen 3 EPYC, float32",
    ),
    "mnist-mlp": Named(
        recipe=Recipe(
            data="mnist",
            network="mlp",
            normalization="fitted",
            validation=0.1,
            optimizer="adamw",
            learning_rate=5e-3,
            weight_decay=0.05,
            epochs=14,
            batch_size=1024,
        ),
        about="the course's fully connected network, trained in a tenth of its time",
        reaches="98.46 % (98.45 to 98.47, three seeds)",
        takes="21 s on two cores of a Zen 4 EPYC, float32",
    ),
    "mnist-cnn": Named(
        recipe=Recipe(
            data="mnist",
            network="cnn",
            network_arguments={"hidden": 100, "dropout": 0.0},
            validation=0.1,
            augment="shift:1",
            optimizer="adamw",
            learning_rate=8e-3,
            weight_decay=0.05,
            epochs=3,
            batch_size=256,
        ),
        about="a small convolutional network for digits; the model in the box",
        reaches="99.33 % (99.28 to 99.37, three seeds)",
        takes="21 s on two cores of a Zen 4 EPYC, float32",
    ),
    "cifar10-cnn": Named(
        recipe=Recipe(
            data="cifar10",
            network="cnn",
            network_arguments={"dropout": 0.0},
            validation=0.1,
            epochs=5,
            batch_size=256,
            learning_rate=0.12,
            weight_decay=2e-3,
            clip=2.0,
        ),
        about="the course's network on small photographs, without augmentation",
        reaches="75.80 % (75.37 to 76.17, three seeds)",
        takes="41 s on two cores of a Zen 4 EPYC, float32",
    ),
    "cifar10-cnn-augmented": Named(
        recipe=Recipe(
            data="cifar10",
            network="cnn",
            network_arguments={"dropout": 0.0},
            augment="flip",
            validation=0.1,
            epochs=6,
            batch_size=256,
            learning_rate=0.12,
            weight_decay=1e-3,
            clip=2.0,
        ),
        about="the same with mirrored images",
        reaches="78.07 % (77.37 to 78.81, three seeds)",
        takes="51 s on two busy cores of a Zen 4 EPYC, float32",
    ),
    "cifar10-resnet20": Named(
        recipe=Recipe(
            data="cifar10",
            network="resnet20",
            augment="flip+shift:4",
            validation=0.1,
            epochs=10,
            batch_size=128,
            learning_rate=0.1,
            weight_decay=5e-4,
        ),
        about="a residual network on small photographs: ten epochs of the paper's 160",
        reaches="86.3 % (one seed; the paper, after 160 epochs: 91.25 %)",
        takes="2,040 s on two busy cores of a Zen 3 EPYC, float32",
    ),
    "folder": Named(
        recipe=Recipe(
            network="resnet8",
            augment="flip+affine+colour",
            epochs=40,
            batch_size=32,
            optimizer="adamw",
            learning_rate=3e-3,
            weight_decay=0.05,
            ema=0.98,
            label_smoothing=0.1,
        ),
        about="a folder of class folders, of photographs or scans: convscope train --data FOLDER",
        reaches="67.8 % of 153 photographs of ants and bees (64.7 to 69.9, three seeds), of 195",
        takes="39 s for them on two cores of a Zen 3 EPYC, float32",
    ),
    "transfer": Named(
        recipe=Recipe(
            size=224,
            validation=0.15,
            network="squeezenet1_1",
            pretrained=True,
            freeze="features",
            thaw="2+2",
            augment="flip+crop+colour:0.3+mixup",
            epochs=16,
            batch_size=16,
            optimizer="adamw",
            learning_rate=1e-3,
            rate_decay=0.2,
            weight_decay=0.05,
            ema=0.97,
        ),
        about="few photographs, from published weights: convscope train transfer --data FOLDER",
        reaches="90.5 % of 153 photographs of ants and bees (88.9 to 92.2, five seeds), of 208",
        takes="106 s with the report on two cores of a Zen 3 EPYC, float32",
    ),
    "faces": Named(
        recipe=Recipe(
            data="faces",
            network="keypoint_net",
            augment="flip+shift:3",
            epochs=16,
            batch_size=32,
            optimizer="adamw",
            learning_rate=8e-3,
            weight_decay=0.05,
            ema=0.99,
        ),
        about="18 points in drawn faces, which are made on this machine",
        reaches="2.62 % error (2.60 to 2.66, three seeds); the mean face: 32.2 %",
        takes="25 s on two cores of a Zen 4 EPYC, bfloat16",
    ),
    "points": Named(
        recipe=Recipe(
            data="faces",
            validation=0.15,
            network="keypoint_net",
            network_arguments={"width": 24},
            augment="flip+affine:30:0.15:0.4+colour:0.3",
            epochs=150,
            batch_size=32,
            optimizer="adamw",
            learning_rate=8e-3,
            weight_decay=0.05,
            ema=0.99,
        ),
        about="points in pictures, told by a CSV file: convscope train --data FOLDER",
        reaches="9.24 % error (9.20 to 9.28, three seeds) on 128 faces; the mean face: 31.8 %",
        takes="135 s for 679 faces on two cores of a Zen 4 EPYC, bfloat16",
    ),
    "mnist-mlp-course": Named(
        recipe=Recipe(
            data="mnist",
            network="mlp",
            normalization="0..1",
            validation=0.2,
            epochs=50,
            batch_size=20,
            optimizer="sgd",
            learning_rate=0.01,
            momentum=0.0,
            nesterov=False,
            schedule="constant",
            precision="float32",
        ),
        about="the course's MLP notebook to the letter",
        reaches="about 97.6 % (the course's own measure; 98.2 % is the file it published)",
        takes="about 500 s on two cores of a Zen 3 EPYC, float32",
    ),
    "cifar10-cnn-course": Named(
        recipe=Recipe(
            data="cifar10",
            network="cnn",
            normalization="-1..1",
            validation=0.2,
            epochs=30,
            batch_size=20,
            optimizer="sgd",
            learning_rate=0.01,
            momentum=0.0,
            nesterov=False,
            schedule="constant",
            precision="float32",
        ),
        about="the course's CNN notebook to the letter",
        reaches="75 to 76.5 % (the course's own measure; 73.8 % is the file it published)",
        takes="about 900 s on two cores of a Zen 3 EPYC, float32",
    ),
}
