"""The words for ImageNet's 1,000 classes."""

from functools import cache
from pathlib import Path

NAMES = Path(__file__).with_name("imagenet_classes.txt")


@cache
def imagenet_classes() -> tuple[str, ...]:
    """The 1,000 classes of the ImageNet contest of 2012, in the order of their WordNet numbers.

    Each is the first word of its WordNet 3.0 synset, as it is commonly printed; `crane bird` and
    `maillot tank suit` have more, because another synset begins with the same word.
    """
    return tuple(NAMES.read_text(encoding="utf-8").splitlines())
