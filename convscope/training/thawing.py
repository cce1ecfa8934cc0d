"""When frozen layers begin to learn, as a recipe's `thaw` writes it. No torch here."""

from convscope.errors import BadValue

NEVER = "never"


def read_thaw(text: str) -> tuple[int, ...]:
    """The epochs after which the parts open, the last part of the net first; empty for never."""
    if text == NEVER:
        return ()
    try:
        epochs = tuple(int(word) for word in text.split("+"))
    except ValueError as error:
        raise BadValue(f"thaw {text!r}: it is never, or epochs joined by + such as 4+8") from error
    if list(epochs) != sorted(epochs) or epochs[0] < 0:
        raise BadValue(f"thaw {text}: the epochs must not be below 0, and none before the former")
    return epochs


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
