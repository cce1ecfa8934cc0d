"""Pictures of a data set that are the same, or nearly: which to look at first, and in words."""

from collections.abc import Sequence
from typing import Any

from convscope.data.near_duplicates import Alike
from convscope.reporting import galleries
from convscope.reporting.album import Album
from convscope.reporting.evidence import Evidence

SHOWN = 12


def alike_pairs(evidence: Evidence, album: Album) -> dict[str, Any]:
    """`alike`, the pairs to show, and `alike_words`, what there are in all."""
    inspection = evidence.inspection
    if inspection is None:
        return {"alike": [], "alike_words": ""}
    first = sorted(inspection.alike, key=_urgency)[:SHOWN]
    return {
        "alike": [
            {
                "exact": pair.exact,
                "first": _shown(evidence, pair.first, album),
                "second": _shown(evidence, pair.second, album),
            }
            for pair in first
        ],
        "alike_words": _words(inspection.alike),
    }


def _shown(evidence: Evidence, place: tuple[str, int], album: Album) -> dict[str, Any]:
    part, index = place
    return galleries.picture(evidence.dataset(part), part, index, album)


def _urgency(pair: Alike) -> tuple[bool, bool, bool]:
    """Different labels first, then pairs across parts, then exact ones."""
    return pair.same_label, pair.first[0] == pair.second[0], not pair.exact


def _words(pairs: Sequence[Alike]) -> str:
    across = sum(pair.first[0] != pair.second[0] for pair in pairs)
    exact = sum(pair.exact for pair in pairs)
    differing = sum(not pair.same_label for pair in pairs)
    return (
        f"{len(pairs):,} pair{'s' * (len(pairs) != 1)}: {exact:,} equal pixel by pixel, "
        f"{len(pairs) - exact:,} nearly; {across:,} across parts; {differing:,} with different "
        "labels."
    )
