"""Losses of one row by name, each a formula in bpcli's own language: what is predicted and what was measured."""

from __future__ import annotations

from typing import NamedTuple


class Named(NamedTuple):
    """A loss: its formula, in which {pred} and {target} stand for names, and what {pred} has to be."""

    formula: str
    takes: str


MSE, ABSOLUTE = "mse", "mae"
NUMBER, PROBABILITY, LOGIT = "number", "probability", "logit"

LOSSES = {
    MSE: Named("({pred} - {target})^2", NUMBER),
    ABSOLUTE: Named("abs({pred} - {target})", NUMBER),
    # Huber, Robust estimation of a location parameter, 1964; with its corner at 1, as PyTorch has it.
    "huber": Named(
        "where(abs({pred} - {target}) <= 1, ({pred} - {target})^2/2, abs({pred} - {target}) - 1/2)", NUMBER
    ),
    # Where the target is 0 or 1 one of the logarithms has no weight, and may be infinite.
    "bce": Named(
        "-where({target} > 0, {target}*log({pred}), 0) - where({target} < 1, (1 - {target})*log1p(-{pred}), 0)",
        PROBABILITY,
    ),
    # The same with {pred} before the sigmoid, where nothing saturates.
    "cross_entropy": Named("softplus({pred}) - {target}*{pred}", LOGIT),
}


def takes_logits(name: str) -> bool:
    """Whether a loss puts a sigmoid on what the model gives."""
    return name in LOSSES and LOSSES[name].takes == LOGIT
