"""`convscope learn`: what learning is, in numbers."""

from typing import TYPE_CHECKING

import click

from convscope.cli import output
from convscope.cli.options import json_option, network_option

if TYPE_CHECKING:
    from convscope.training.one_step import OneStep

MOST_SHOWN = 10
"""Classes up to which all of them are shown; of more, the most probable."""


@click.group("learn")
def command() -> None:
    """One image in numbers: scores, loss, gradient, one step."""


@command.command("step")
@click.argument("run")
@click.argument("image")
@click.option("--label", required=True, metavar="CLASS", help="The class that the image shows.")
@click.option(
    "--weight",
    metavar="NAME[INDEX]",
    help="The weight to watch, say conv1.weight[0,0,1,2]; NAME alone: its steepest one.",
)
@click.option("--learning-rate", default=0.01, show_default=True, help="Of plain gradient descent.")
@click.option("--invert", is_flag=True, help="Swap dark and bright first.")
@network_option
@json_option
def step(
    run: str,
    image: str,
    label: str,
    weight: str | None,
    learning_rate: float,
    invert: bool,
    network: str | None,
    as_json: bool,
) -> None:
    """One step of learning from one image, every number written out.

    RUN is a run's folder or name, or bundled:mnist-cnn; a copy of its net takes the step, in
    evaluation mode, by plain gradient descent. What is on disk stays as it is.
    """
    from convscope.prediction.folder import load_model
    from convscope.training.one_step import take_one_step

    model = load_model(run, network=network)
    taken = take_one_step(
        model, image, label, weight=weight, learning_rate=learning_rate, invert=invert
    )
    if not invert and model.looks_inverted(image):
        output.aside(f"{image} looks inverted: --invert swaps dark and bright", style="yellow")
    if as_json:
        output.json_object({"run": run, "image": image, **taken.to_json()})
        return
    _show_answer(taken)
    _show_weight(taken)
    _show_outcome(taken)


def _show_answer(taken: "OneStep") -> None:
    """Scores, softmax, loss, and the gradient of the scores."""
    names, label = taken.class_names, taken.label
    order = sorted(range(len(names)), key=lambda i: -taken.logits[i])
    shown = sorted({*order[:MOST_SHOWN], label})
    output.table(
        ["class", "score z", f"exp(z - {taken.largest:.6g})", "probability p", "truth y", "p - y"],
        [
            [
                names[i],
                f"{taken.logits[i]:.6g}",
                f"{taken.exponentials[i]:.6g}",
                f"{taken.probabilities[i]:.6g}",
                str(int(i == label)),
                f"{taken.logit_gradient[i]:.6g}",
            ]
            for i in shown
        ],
    )
    if len(shown) < len(names):
        output.answer(f"the most probable of {len(names):,} classes; the sums run over all of them")
    name, p, z = names[label], taken.probabilities[label], taken.logits[label]
    above = f"({z:.9g} - {taken.largest:.9g})"
    output.answer()
    output.answer(
        f"softmax   p({name}) = exp{above} / sum of exp = {taken.exponentials[label]:.9g} / "
        f"{taken.exponential_sum:.9g} = {p:.9g}"
    )
    output.answer(
        f"loss      -ln p({name}) = ln(sum of exp) - {above} = ln {taken.exponential_sum:.9g} - "
        f"{above} = {taken.loss:.9g}"
    )
    output.answer(
        f"gradient  of the loss by the score of {name}: p - 1 = {p:.9g} - 1 = "
        f"{taken.logit_gradient[label]:.9g}; by any other score: p - 0"
    )


def _show_weight(taken: "OneStep") -> None:
    """The gradient and the update of the watched weight."""
    weight, rate = taken.weight, taken.learning_rate
    name = f"{weight.name}[{','.join(map(str, weight.index))}]"
    output.answer()
    output.answer(f"weight    {name} = {weight.before:.9g}", style="bold")
    if weight.unit_gradient is None:
        output.answer(f"gradient  of the loss by this weight: {weight.gradient:.9g}")
    else:
        output.answer(
            f"gradient  by its output {weight.index[0]}, times its input {weight.index[1]}: "
            f"{weight.unit_gradient:.9g} x {weight.incoming:.9g} = {weight.gradient:.9g}"
        )
    output.answer(
        f"step      w - learning rate x gradient = {weight.before:.9g} - {rate:g} x "
        f"{weight.gradient:.9g} = {weight.after:.9g}"
    )


def _show_outcome(taken: "OneStep") -> None:
    """What the step, which every weight took, did to the loss."""
    name = taken.class_names[taken.label]
    way = "fell" if taken.fall > 0 else "rose"
    moved = f"it {way} by {abs(taken.fall):.6g}" if taken.fall else "it stayed as it was"
    output.answer()
    output.answer(
        f"after the step of all weights: p({name}) = {taken.probability_after:.6g}, loss "
        f"{taken.loss_after:.6g}: {moved}",
        style="bold",
    )
    output.answer(
        f"on a straight slope it falls by learning rate x sum of squared gradients = "
        f"{taken.learning_rate:g} x {taken.squared_gradient:.6g} = {taken.expected_fall:.6g}"
    )
    output.answer("the model on disk is unchanged")
