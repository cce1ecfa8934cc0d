"""`convscope train`: every field of a recipe is a flag and a word."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from convscope.cli import output
from convscope.cli.find_lr import show_rate
from convscope.cli.options import json_option
from convscope.cli.sweep import is_sweep, train_several
from convscope.errors import BadValue, ConvscopeError
from convscope.training.recipe import Recipe, field_docs
from convscope.training.sweep_words import read_sweep

if TYPE_CHECKING:
    from pathlib import Path

    from convscope.cli.progress import Display
    from convscope.training.run import Run


def _recipe_options(function: Any) -> Any:
    """A flag for every field of Recipe, in their order; `read_words` reads the text they get."""
    for name, doc in reversed(field_docs().items()):
        if name == "network_arguments":
            continue
        default = getattr(Recipe(), name)
        switch = isinstance(default, bool)
        flag = f"--{name.replace('_', '-')}"
        option = click.option(
            f"{flag}/--no-{name.replace('_', '-')}" if switch else flag,
            name,
            default=None,
            is_flag=True if switch else None,
            metavar=None if switch else type(default).__name__.upper().replace("NONETYPE", "STR"),
            help=doc,
        )
        function = option(function)
    return function


@click.command("train")
@click.argument("words", nargs=-1, metavar="[RECIPE] [FIELD=VALUE]...")
@_recipe_options
@click.option(
    "--out", metavar="FOLDER", help="Where to leave the run; by default runs/RECIPE-1, -2, ..."
)
@click.option("--resume", metavar="RUN", help="Go on with an interrupted run or sweep.")
@click.option("--find-lr", is_flag=True, help="Only suggest a learning rate, with a picture.")
@click.option("--no-test", is_flag=True, help="Leave the test set sealed.")
@click.option("--no-report", is_flag=True, help="Write no report.html.")
@json_option
def command(
    words: tuple[str, ...],
    out: str | None,
    resume: str | None,
    find_lr: bool,
    no_test: bool,
    no_report: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Train a network by a recipe, then test it once.

    RECIPE comes from the data if it is left out; nothing at all takes digits-cnn. Any field can
    also be written FIELD=VALUE, and network.NAME=VALUE sets an argument of the network. Several
    values, as in learning_rate=0.01,0.1, are a sweep: every combination is trained, the best one on
    validation is tested, and --resume FOLDER goes on with it.
    """
    names = [word for word in words if "=" not in word]
    texts = _texts(words, flags)
    values, grid = read_sweep(texts)
    _check_alone(names, resume, find_lr, several=bool(grid))
    if find_lr:
        recipe = names[0] if names else _recipe_for(values.get("data"))
        show_rate(recipe, values, texts, out, as_json)
        return
    if grid or is_sweep(resume):
        train_several(
            _recipe_for(values.get("data")) if resume is None and not names else "".join(names),
            values,
            grid,
            out=out,
            resume=resume,
            no_test=no_test,
            no_report=no_report,
            as_json=as_json,
        )
        return
    if resume is not None and (names or out or no_test):
        raise BadValue(
            "--resume goes on with a run as it began: leave recipe, --out and --no-test out"
        )
    from convscope.cli.progress import Display

    display = Display()
    if resume is not None:
        run = _go_on(resume, values, display)
    else:
        recipe = names[0] if names else _recipe_for(values.get("data"))
        run = _begin(recipe, values, out, display, open_test=not no_test)
    if not as_json:
        display.conclude(run)
    page = None if no_report else _write_report(run, values.get("network"))
    if as_json:
        output.json_object({**run.to_json(), "page": page and str(page)})
    elif page is not None:
        output.answer(f"report: {page}")
    if run.ended in ("interrupted", "diverged"):
        raise SystemExit({"interrupted": 130, "diverged": 1}[run.ended])


def _go_on(folder: str, values: Mapping[str, Any], display: "Display") -> "Run":
    from convscope.training.run import resume

    fields = {name: value for name, value in values.items() if name != "network"}
    return resume(folder, network=values.get("network"), fields=fields, onlooker=display)


def _begin(
    recipe: str, values: Mapping[str, Any], out: str | None, display: "Display", *, open_test: bool
) -> "Run":
    from convscope.training.run import train_watched

    return train_watched(
        recipe,
        out=out,
        fields=values,
        open_test=open_test,
        onlooker=display,
        progress=output.ArrivalBar(),
    )


def _check_alone(names: list[str], resume: str | None, find_lr: bool, several: bool) -> None:
    if len(names) > 1:
        raise BadValue(f"{' and '.join(names)} are two recipes: give one")
    if find_lr and (several or resume is not None):
        raise BadValue("--find-lr tests one new run: leave --resume and further values out")


def _write_report(run: "Run", network: str | None) -> "Path | None":
    """report.html; what keeps it from being written is told, and the run stands all the same."""
    from convscope.reporting.command import run_command
    from convscope.reporting.run import write_report

    try:
        with output.working() as told:
            return write_report(run.folder, network=network, told=told).page
    except ConvscopeError as error:
        output.aside(f"there is no report: {error}", style="yellow")
    except KeyboardInterrupt:
        making = run_command("report", run.folder, network)
        output.aside(f"no report yet: {making} makes it", style="yellow")
    return None


def _texts(words: tuple[str, ...], flags: dict[str, Any]) -> dict[str, str]:
    """The texts of the fields given as words and as flags, each once."""
    texts: dict[str, str] = {}
    given = [(name, str(value)) for name, value in flags.items() if value is not None]
    pairs = [
        (name, text) for name, _, text in (word.partition("=") for word in words if "=" in word)
    ]
    for name, text in [*given, *((name.replace("-", "_"), text) for name, text in pairs)]:
        if name in texts:
            raise BadValue(f"{name} is given twice, as {texts[name]} and as {text}: give it once")
        texts[name] = text
    return texts


def _recipe_for(data: str | None) -> str:
    """The recipe that suits a data set."""
    if data is None:
        return "digits-cnn"
    from convscope.data.catalogue import CATALOGUE
    from convscope.data.loading import find_folder

    if data in CATALOGUE:
        return CATALOGUE[data].recipe
    folder = find_folder(data)  # a name that means nothing is told now
    from convscope.data.points import is_points_folder

    return "points" if is_points_folder(folder) else "folder"
