"""Schemes of points that faces are annotated with."""

from collections.abc import Sequence

from convscope.data.scheme import Scheme

EYE_CORNERS = "the distance between the outer eye corners"

FACE_68 = Scheme(
    pairs=(
        *((i, 16 - i) for i in range(8)),  # the line of the jaw, from ear to ear
        *((17 + i, 26 - i) for i in range(5)),  # eyebrows
        (31, 35), (32, 34),  # nostrils
        (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),  # eyes
        (48, 54), (49, 53), (50, 52), (55, 59), (56, 58),  # outside of the lips
        (60, 64), (61, 63), (65, 67),  # inside
    ),
    measure=(36, 45),
    unit_name=EYE_CORNERS,
)  # fmt: skip
"""68 points in the order of iBUG 300-W (Sagonas et al. 2013), measured by the outer eye corners."""

EYES = {
    ("left_eye_outer_corner", "right_eye_outer_corner"): EYE_CORNERS,
    ("left_eye_outer", "right_eye_outer"): EYE_CORNERS,
    ("left_eye_center", "right_eye_center"): "the distance between the eyes",
}
"""Names of two points that errors on faces are measured by, the best first."""


def scheme_of_faces(names: Sequence[str]) -> Scheme:
    """What is known of points called `names` if they are a face's; otherwise nothing."""
    if len(names) == 68 and all(name.isdecimal() for name in names):
        return FACE_68
    for (one, other), words in EYES.items():
        if one in names and other in names:
            return Scheme(measure=(names.index(one), names.index(other)), unit_name=words)
    return Scheme()
