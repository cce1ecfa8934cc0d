"""Draw docs/pictures/overview.png, the picture at the top of the README, from a real run."""

import tempfile
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image as Picture

import convscope
from convscope.data.augment import read_augment
from convscope.data.batches import TrainingBatches
from convscope.drawing.curves import draw_curves
from convscope.drawing.dataset import draw_contact_sheet, draw_variants
from convscope.drawing.figure import LIGHT
from convscope.training.catalogue import CATALOGUE

HEIGHT = 420


def rendered(figure: Figure, height: int) -> Picture.Image:
    """The figure as a picture of that many pixels' height."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=160, facecolor=LIGHT.paper)
    picture = Picture.open(buffer).convert("RGB")
    width = round(picture.width * height / picture.height)
    return picture.resize((width, height), Picture.Resampling.LANCZOS)


def main() -> None:
    """Train digits-cnn, draw its data, its augmentation and its curves, side by side."""
    recipe, digits = CATALOGUE["digits-cnn"].recipe, convscope.load_data("digits")
    with tempfile.TemporaryDirectory() as folder:
        run = convscope.train("digits-cnn", data=digits, out=Path(folder) / "run")
    augment = read_augment(recipe.augment)
    batches = TrainingBatches(digits.train, run.model.preprocessing, 1, seed=0, augment=augment)
    original = digits.train.images[3].float() / 255
    history = run.history
    losses = history["train_loss"], history["validation_loss"]
    accuracy, best = history["validation_accuracy"], history.best.epoch
    curves = draw_curves(history["epoch"], *losses, accuracy, best)
    curves.set_size_inches(7.8, 6.3)
    figures = [
        draw_contact_sheet(digits.train),
        draw_variants(original, batches.variants(3, 16), recipe.augment),
        curves,
    ]
    pictures = [rendered(figure, HEIGHT) for figure in figures]
    gap = 24
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) + 1)
    sheet = Picture.new("RGB", (width, HEIGHT + 2 * gap), LIGHT.paper)
    left = gap
    for picture in pictures:
        sheet.paste(picture, (left, gap))
        left += picture.width + gap
    path = Path(__file__).parent / "pictures" / "overview.png"
    path.parent.mkdir(exist_ok=True)
    sheet.save(path, optimize=True)


if __name__ == "__main__":
    main()
