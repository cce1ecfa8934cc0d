import inspect
import json
import os
import subprocess
import sys

import pytest

import convscope

HEAVY = ("torch", "numpy", "matplotlib", "PIL", "sklearn", "scipy")


def run_python(*arguments: str, **environment: str | None) -> str:
    """stdout of a fresh Python; a variable set to None is taken away."""
    variables = {**os.environ, **environment}
    answer = subprocess.run(
        [sys.executable, *arguments],
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def loaded_by(code: str) -> set[str]:
    report = f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    return set(json.loads(run_python("-c", f"import json, sys\n{code}\n{report}").splitlines()[-1]))


COMMAND = """
sys.argv = ["convscope", {!r}]
from convscope.cli.main import main
main()
"""


@pytest.mark.parametrize(
    "code",
    ["import convscope", COMMAND.format("--help"), COMMAND.format("--version")],
    ids=["import", "--help", "--version"],
)
def test_the_face_loads_nothing_heavy(code):
    assert loaded_by(code) == set()


def test_asking_for_a_name_loads_what_it_needs():
    assert "torch" in loaded_by("import convscope\nconvscope.Model")


def test_the_public_names_are_these():
    public = ["Dataset", "Model", "Recipe", "evaluate", "load_data", "load_model", "train"]
    assert sorted(convscope.__all__) == public
    assert set(public) <= set(dir(convscope))


@pytest.mark.parametrize("name", convscope.__all__)
def test_each_public_name_is_the_one_its_home_defines(name):
    found = getattr(convscope, name)
    assert found.__name__ == name
    assert found.__module__ == convscope.HOMES[name]


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'convscope' has no attribute 'trian'"):
        _ = convscope.trian


def names_and_kinds(function) -> list[str]:
    marks = {inspect.Parameter.KEYWORD_ONLY: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(function).parameters.values()
    return [
        marks.get(p.kind, "") + p.name + ("" if p.default is p.empty else f"={p.default!r}")
        for p in parameters
    ]


SIGNATURES = {
    "train": [
        "recipe='digits-cnn'", "*data=None", "*network=None", "*out=None", "**fields",
    ],
    "evaluate": ["model", "data=None", "*part=None", "*network=None"],
    "load_data": [
        "name",
        "*validation=0.2",
        "*split_seed=0",
        "*size=0",
        "*group_by=None",
        "*skip_unreadable=False",
        "*progress=None",
    ],
    "load_model": ["folder", "*net=None", "*network=None"],
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_the_signature_is_frozen(name):
    assert names_and_kinds(getattr(convscope, name)) == SIGNATURES[name]


SPIN = "import os, convscope; print(os.environ.get('GOMP_SPINCOUNT'))"


def test_idle_threads_spin_briefly_unless_the_user_chose():
    free = {"GOMP_SPINCOUNT": None, "OMP_WAIT_POLICY": None}
    assert run_python("-c", SPIN, **free) == "2000\n"
    assert run_python("-c", SPIN, **{**free, "GOMP_SPINCOUNT": "17"}) == "17\n"
    assert run_python("-c", SPIN, **{**free, "OMP_WAIT_POLICY": "passive"}) == "None\n"


def test_the_spinning_is_set_before_torch_loads_or_not_at_all():
    code = "import sys, types; sys.modules['torch'] = types.ModuleType('torch')\n" + SPIN
    assert run_python("-c", code, GOMP_SPINCOUNT=None, OMP_WAIT_POLICY=None) == "None\n"


def test_python_dash_m_is_the_command():
    assert run_python("-m", "convscope", "--version") == f"convscope {convscope.__version__}\n"
