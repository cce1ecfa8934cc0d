"""When frozen layers begin to learn, as a recipe's `thaw` writes it. No torch here."""

from convscope.errors import BadValue

AUTO, NEVER = "auto", "never"


def read_thaw(text: str) -> tuple[int, ...]:
    """The epochs after which the parts open, the last part of the net first.

    Empty for never, and for auto, which the weights and the layers decide: `usual_thaw`.
    """
    if text in (AUTO, NEVER):
        return ()
    try:
        epochs = tuple(int(word) for word in text.split("+"))
    except ValueError as error:
        raise BadValue(
            f"thaw {text!r}: it is auto, never, or epochs joined by + such as 4+8"
        ) from error
    if list(epochs) != sorted(epochs) or epochs[0] < 0:
        raise BadValue(f"thaw {text}: the epochs must not be below 0, and none before the former")
    return epochs


def usual_thaw(epochs: int, layers: int) -> tuple[int, ...]:
    """What auto means for frozen weights that were brought: halves, as far as there is time.

    The latter half opens after a quarter of the epochs, the former after half of them; a single
    layer after a quarter.
    """
    openings = (-(-epochs // 4), -(-epochs // 2))[: min(layers, 2)]
    return openings if openings[-1] < epochs else ()


def check_thaw(freeze: str, thaw: str, epochs: int) -> None:
    """`BadValue` unless `thaw` can be read, something is frozen, and it comes within `epochs`."""
    openings = read_thaw(thaw)
    if openings and freeze == "none":
        raise BadValue(f"thaw {thaw}: nothing is frozen, name it with freeze=features or so")
    if openings and openings[-1] >= epochs:
        raise BadValue(
            f"thaw {thaw}: in a run of {epochs} epochs the last part must open before epoch "
            f"{epochs}: use {epochs - 1} or less, or more epochs"
        )
