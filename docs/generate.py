"""Write docs/command-line.md from the command line's own help; the tests hold the two together."""

from pathlib import Path

import click
from click.testing import CliRunner

from convscope.cli.main import app

PAGE = Path(__file__).parent / "command-line.md"


def page() -> str:
    """The whole page: every verb's help, as it prints it."""
    parts = ["# The command line\n", "Written by `python docs/generate.py`.\n"]
    for words in [[], *calls(app, [])]:
        title = " ".join(["convscope", *words])
        printed = CliRunner().invoke(
            app, [*words, "--help"], prog_name="convscope", terminal_width=90
        )
        parts.append(f"## `{title}`\n\n```text\n{printed.output.rstrip()}\n```\n")
    return "\n".join(parts)


def calls(group: click.Group, words: list[str]) -> list[list[str]]:
    """Every chain of words that is a command."""
    context, found = click.Context(group), []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append([*words, name])
        if isinstance(command, click.Group):
            found += calls(command, [*words, name])
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
