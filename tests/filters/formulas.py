"""Formulas read back as arithmetic."""

import math
import re


def sides(formula: str) -> list[float]:
    """The value of each side of each equation in `formula`; all sides of one must be equal."""
    values = []
    for part in re.split(r"; |: ", formula):
        equation = re.sub(r"effective kernel | bytes| \(one more.*", "", part)
        equation = re.sub(r"(?<=\d),(?=\d{3})", "", equation).replace("...", "").replace("x", "*")
        found = [
            eval(side, {"floor": math.floor, "ceil": math.ceil}) for side in equation.split("=")
        ]
        assert len(set(found)) == 1, part
        values += found
    return values
