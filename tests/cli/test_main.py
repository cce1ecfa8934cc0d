import pytest

from convscope.cli.main import VERBS


def test_help_names_every_verb_with_its_line(convscope):
    outcome = convscope("--help")
    assert outcome.code == 0
    for verb, line in VERBS.items():
        assert f"{verb} " in outcome.out
        assert line in outcome.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(convscope, verb):
    outcome = convscope(verb, "--help")
    assert outcome.code == 0
    assert f"convscope {verb}" in outcome.out


def test_the_version_is_the_packages(convscope):
    import convscope as package

    assert convscope("--version").out == f"convscope {package.__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trian"], "no verb is called 'trian': did you mean train?"),
        (["train", "--epoch", "3"], "--epochs"),
        (["train", "digit-cnn"], "did you mean digits-cnn"),
        (["train", "epohs=3"], "did you mean epochs"),
        (["train", "--epochs", "x"], "epochs 'x': a whole number is needed"),
        (["train", "--epochs", "3", "epochs=4"], "epochs is given twice"),
        (["train", "epochs=3", "epochs=4"], "epochs is given twice"),
        (["train", "learning_rate=0.1,"], "nothing beside a comma"),
        (["train", "digits-cnn", "mnist-mlp"], "two recipes"),
        (
            ["train", "--data", "minst"],
            "no data set or folder is called 'minst': did you mean mnist",
        ),
        (["train", "--network", "cmn"], "no network is called 'cmn': did you mean cnn"),
        (["train", "--network", "net.py:Net"], "net.py does not exist"),
        (["train", "network.hiden=3"], "did you mean hidden"),
        (["train", "--resume", "nowhere"], "there is no run 'nowhere'"),
        (["train", "--device", "gpu"], "this machine offers auto, cpu"),
        (["evaluate", "nowhere"], "there is no run 'nowhere'"),
        (["evaluate", "bundled:mnist-cn"], "bundled:mnist-cnn"),
        (["predict", "bundled:mnist-cnn", "nothing.png"], "nothing.png does not exist"),
        (["predict", "bundled:mnist-cnn"], "Missing argument"),
        (["data", "show", "mnits"], "did you mean mnist"),
        (["data", "show", "digits", "--image", "5000"], "the training part has images 0 to 1150"),
        (["recipe", "show", "mnist-mpl"], "did you mean mnist-mlp"),
    ],
)
def test_a_mistake_is_one_sentence_on_stderr_and_exit_code_2(convscope, own_place, words, said):
    outcome = convscope(*words)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.startswith("convscope: ")
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert not (own_place / "runs").exists()
