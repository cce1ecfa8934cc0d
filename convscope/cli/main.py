"""The command `convscope`: its verbs, loaded when they are called.

Here, and only here, failures become a sentence on stderr and an exit code.
"""

import io
import sys
from importlib import import_module

import click

from convscope import __version__
from convscope.errors import ConvscopeError
from convscope.lookup import suggestion

VERBS = {
    "data": "Look at data sets: what there is, what is in one, what is wrong.",
    "evaluate": "How good a trained model is, and where it errs.",
    "features": "What a layer knows of pictures: vectors, neighbours, a map.",
    "filter": "What a filter does to a picture, down to every product.",
    "learn": "One image in numbers: scores, loss, gradient, one step.",
    "network": "What a network is made of: shapes, parameters, receptive fields.",
    "predict": "What a trained model says about pictures.",
    "recipe": "The recipes that train knows, and what to expect of them.",
    "report": "A run as one page: how good, where it errs, what to do next.",
    "train": "Train a network by a recipe, then test it once.",
}


class Verbs(click.Group):
    """The verbs, each in the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return import_module(f"convscope.cli.{cmd_name}").command if cmd_name in VERBS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise click.UsageError(f"no verb is called {args[0]!r}: {suggestion(args[0], VERBS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="convscope %(version)s")
def app() -> None:
    """A workbench for convolutional networks: learn, build, train, look inside, ship, apply.

    Begin with `convscope train`: it learns from embedded data, in seconds.
    """


def main() -> None:
    """Run the command line; what the user can mend is one sentence on stderr and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that is not UTF-8 is written out
    try:
        app(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except click.ClickException as error:
        _fail(_one_line(error), 2)
    except ConvscopeError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _fail("stopped", 130)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone, as `| head` does
        sys.exit(1)


def _one_line(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see `{context.command_path} --help`)" if context is not None else ""
    return error.format_message().rstrip(".") + hint


def _fail(sentence: str, code: int) -> None:
    from convscope.cli.output import printable

    print(f"convscope: {printable(sentence)}", file=sys.stderr)  # noqa: T201
    sys.exit(code)
