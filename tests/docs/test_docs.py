"""The documents are executed, and agree with the code."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from convscope import __version__
from convscope.data.augment import CATALOGUE as AUGMENTATIONS
from convscope.data.catalogue import CATALOGUE as DATA
from convscope.networks.catalogue import CATALOGUE as NETWORKS
from convscope.training.catalogue import CATALOGUE as RECIPES

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((TOP / "examples").glob("*.py"))


def run_python(code: str, folder: Path) -> str:
    words = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_five_lines_of_the_readme_are_the_first_example_and_do_what_they_say(own_place):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    lines = [line for line in code.splitlines() if line]
    assert len(lines) == 1 + 5  # the import, and five
    assert EXAMPLES[0].read_text(encoding="utf-8").partition("\n\n")[2] == code
    (own_place / "examples").symlink_to(TOP / "examples")
    printed = run_python(code, own_place).splitlines()
    assert len(printed) == 3
    assert 0.5 < float(printed[0].split()[0]) <= 1


@pytest.mark.parametrize("example", EXAMPLES[1:], ids=lambda path: path.stem)
def test_every_other_example_runs_and_is_short(example, own_place):
    code = example.read_text(encoding="utf-8")
    assert len(code.splitlines()) < 60
    assert run_python(code, own_place)


def test_the_readme_begins_with_a_picture_three_lines_and_two_commands():
    picture = re.search(r"!\[.+\]\((.+)\)", README)
    assert picture is not None
    assert (TOP / picture[1]).is_file()
    commands = re.findall(r"^    (.+)$", README, re.MULTILINE)
    assert commands[:2] == ["make demo", "make test"]


def test_every_link_leads_somewhere():
    for page in [TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), (page, target)


def test_the_command_line_page_is_what_the_commands_print():
    spec = importlib.util.spec_from_file_location("generate", TOP / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.PAGE.read_text(encoding="utf-8") == generate.page(), "run docs/generate.py"


@pytest.mark.parametrize(
    ("page", "names"),
    [("data.md", AUGMENTATIONS), ("networks.md", NETWORKS), ("results.md", RECIPES)],
)
def test_every_name_of_a_catalogue_is_on_its_page(page, names):
    text = (TOP / "docs" / page).read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_recipe_names_known_data_and_every_data_set_a_known_recipe():
    assert {named.recipe.data for named in RECIPES.values()} <= set(DATA)
    assert {source.recipe for source in DATA.values()} <= set(RECIPES)


def test_the_changelog_begins_with_this_version():
    changelog = (TOP / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert first is not None
    assert first[1] == __version__
