import inspect
import re

from convscope import errors
from convscope.errors import ConvscopeError


def drawn_tree() -> dict[str, str]:
    """Class -> the class it stands under, read from the drawing at the top of the file."""
    parents, path = {}, []
    for line in errors.__doc__.splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z]\w+)(?:  |$)", line)
        if found is None:
            continue
        depth, name = len(found[1]) // 4, found[2]
        path[depth:] = [name]
        parents[name] = path[depth - 1] if depth else "Exception"
    return parents


def classes() -> list[type]:
    return [c for _, c in inspect.getmembers(errors, inspect.isclass)]


def test_the_tree_drawn_at_the_top_is_the_tree():
    assert drawn_tree() == {c.__name__: c.__base__.__name__ for c in classes()}


def test_a_mistake_exits_with_2_a_stop_with_130_and_a_diverged_loss_with_1():
    special = {"Stopped": 130, "Diverged": 1}
    assert {c.__name__: c.exit_code for c in classes()} == {
        c.__name__: special.get(c.__name__, 2) for c in classes()
    }


def test_one_except_catches_every_failure():
    assert all(issubclass(c, ConvscopeError) for c in classes())
    assert not issubclass(ConvscopeError, (ValueError, OSError))
