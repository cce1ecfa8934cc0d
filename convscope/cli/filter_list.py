"""`convscope filter list`: the kernels that have a name."""

import click

from convscope.cli import output
from convscope.cli.options import json_option


@click.command("list")
@json_option
def list_kernels(as_json: bool) -> None:
    """Every kernel of the catalogue: its size, its sum, what it is for and what it finds."""
    from convscope.filters.catalogue import CATALOGUE

    if as_json:
        rows = {
            name: {
                "size": list(kernel.size),
                "sum": kernel.total,
                "sums_to": kernel.sums_to,
                "about": kernel.about,
                "finds": kernel.finds,
                "values": kernel.values.tolist(),
            }
            for name, kernel in CATALOGUE.items()
        }
        output.json_object(rows)
        return
    for name, kernel in CATALOGUE.items():
        h, w = kernel.size
        output.answer(f"{name}: {h} x {w}, sum {kernel.sums_to}", style="bold")
        output.answer(f"    {kernel.about}")
        output.answer(f"    finds {kernel.finds}")
