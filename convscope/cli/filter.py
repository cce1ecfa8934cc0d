"""`convscope filter`: what kernels do to a picture."""

from typing import Any

import click

from convscope.cli import output
from convscope.cli.filter_asked import Asked, Subject, read_subject
from convscope.cli.filter_files import places_for, write_film, write_picture
from convscope.cli.filter_list import list_kernels
from convscope.cli.filter_similar import find_similar
from convscope.cli.filter_views import VIEWS
from convscope.cli.options import json_option


class PictureOrVerb(click.Group):
    """A command that takes a picture, unless its first word is the name of another command.

    A picture that is called like one is reached as `./list`.
    """

    allow_extra_args = False
    allow_interspersed_args = True

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if args and args[0] in self.commands:
            # of itself the usage would be IMAGE and then the command's name
            above = click.Context(click.Group(self.name), info_name=info_name, parent=parent)
            return self.commands[args[0]].make_context(args[0], args[1:], parent=above)
        return super().make_context(info_name, args, parent, **extra)


@click.group(
    "filter",
    cls=PictureOrVerb,
    invoke_without_command=True,
    no_args_is_help=True,
    subcommand_metavar="",
)
@click.argument("image")
@click.option(
    "--kernel",
    multiple=True,
    metavar="KERNEL",
    help="A name, numbers as '[[0, 1], [1, 0]]', or a file of them; several are compared.",
)
@click.option(
    "--then", multiple=True, metavar="KERNEL", help="Laid on the answer of the one before."
)
@click.option(
    "--border",
    default="mirror",
    show_default=True,
    metavar="NAME",
    help="What lies beyond the edge: zero, extend, mirror, wrap or crop.",
)
@click.option(
    "--colour/--grey", default=False, help="Filter each channel by itself, or the grey picture."
)
@click.option(
    "--true-convolution", is_flag=True, help="Turn the kernel by half a turn first, as in books."
)
@click.option(
    "--clip",
    is_flag=True,
    help="Write the plain answer, rounded and cut off to 0..255 as OpenCV does, not a figure.",
)
@click.option("--gradient", is_flag=True, help="Magnitude and direction of a pair of kernels.")
@click.option(
    "--edges", type=float, metavar="FRACTION", help="Edges: that share of the largest magnitude."
)
@click.option("--compare-borders", is_flag=True, help="The five borders side by side.")
@click.option("--spectrum", is_flag=True, help="Frequencies of the picture and of the kernel.")
@click.option(
    "--radius",
    type=float,
    metavar="FRACTION",
    help="Where --spectrum splits low from high, of the fastest frequency; by default 0.1.",
)
@click.option("--profile", type=int, metavar="ROW", help="A row as curves, and the answer below.")
@click.option("--at", metavar="ROW,COLUMN", help="The answer at one pixel, every product.")
@click.option("--film", metavar="FILE.gif", help="The window slides, the sum beside it.")
@click.option("--layer", is_flag=True, help="The kernels as a layer: before ReLU, after, pooled.")
@click.option(
    "--pool",
    type=click.IntRange(1),
    metavar="SIZE",
    help="Of the pooling in --layer; by default 2.",
)
@click.option(
    "--out",
    metavar="FILE|FOLDER",
    help="The picture (.png or .svg), or where to leave several; by default pictures/IMAGE.",
)
@json_option
def command(as_json: bool, **options: Any) -> None:
    """What a filter does to a picture, down to every product.

    Without further options: the picture, the kernel and its answer in one figure, zero as mid-grey.
    Rows and columns count from 0. A picture called list is given as ./list.
    """
    asked = Asked(**options)
    asked.check()
    subject = read_subject(asked)
    views = [VIEWS[name](subject) for name in asked.views if name in VIEWS]
    pictures = {name: picture for view in views for name, picture in view.pictures.items()}
    places = places_for(asked, list(pictures))
    film = write_film(subject, asked.film) if asked.film else None
    for place, picture in zip(places, pictures.values(), strict=True):
        write_picture(picture, place)
    if as_json:
        numbers = {key: value for view in views for key, value in view.numbers.items()}
        files = {"pictures": [str(place) for place in places], **({"film": film} if film else {})}
        output.json_object({**_described(subject), **numbers, **files})
        return
    _tell_turning(subject)
    for view in views:
        for line in view.lines:
            output.answer(line)
    for place in places:
        output.answer(f"picture: {place}")
    if film:
        output.answer(f"film: {film['file']}, {film['frames']} frames")


command.add_command(list_kernels)
command.add_command(find_similar)


def _described(subject: Subject) -> dict[str, Any]:
    c, h, w = subject.image.shape
    kernels = {"kernels": subject.kernels, "then": subject.then}
    return {
        "image": subject.asked.image,
        "size": [h, w],
        "channels": c,
        "border": subject.asked.border,
        "true_convolution": subject.asked.true_convolution,
        **{
            key: [
                {"name": k.name, "size": list(k.size), "sum": k.total, "values": k.values.tolist()}
                for k in group
            ]
            for key, group in kernels.items()
        },
    }


def _tell_turning(subject: Subject) -> None:
    """What true convolution changes."""
    if not subject.asked.true_convolution:
        return
    from convscope.filters.turned import turning
    from convscope.filters.typed import find_kernel

    output.answer(
        "true convolution turns the kernel by half a turn; networks and OpenCV leave that out, "
        "which is called cross-correlation"
    )
    for text in (*subject.asked.kernel, *subject.asked.then):
        output.answer(turning(find_kernel(text)))
