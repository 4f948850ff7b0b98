"""Writes tests/golden/optimizers.json: the first steps that PyTorch takes. Run it where torch is installed.

The loss is (w1*2 + w2 - 3)^2 + 0.1*w1^4 at (0.5, -1), in double precision; nothing of this project is used.
"""

from __future__ import annotations

import json
from pathlib import Path

STEPS = 6

if __name__ == "__main__":
    import torch

MADE = {
    "sgd": lambda p, decay: torch.optim.SGD(p, lr=0.02, weight_decay=decay),
    "momentum": lambda p, decay: torch.optim.SGD(p, lr=0.02, momentum=0.9, weight_decay=decay),
    "nesterov": lambda p, decay: torch.optim.SGD(p, lr=0.02, momentum=0.9, nesterov=True, weight_decay=decay),
    "adagrad": lambda p, decay: torch.optim.Adagrad(p, lr=0.02, weight_decay=decay),
    "rmsprop": lambda p, decay: torch.optim.RMSprop(p, lr=0.02, weight_decay=decay),
    "adam": lambda p, decay: torch.optim.Adam(p, lr=0.02, weight_decay=decay),
    "adamw": lambda p, decay: torch.optim.AdamW(p, lr=0.02, weight_decay=decay),
}


def steps_of(name: str, decay: float) -> list[list[float]]:
    weights = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer = MADE[name]([weights], decay)
    found = [weights.tolist()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = (weights[0] * 2 + weights[1] - 3) ** 2 + 0.1 * weights[0] ** 4
        loss.backward()
        optimizer.step()
        found.append(weights.tolist())
    return found


def schedules() -> dict[str, list[float]]:
    found = {}
    weights = torch.zeros(1, requires_grad=True)
    for name, make in {
        "step:3:0.5": lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5),
        "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 10),
    }.items():
        optimizer = torch.optim.SGD([weights], lr=0.3)
        scheduler = make(optimizer)
        rates = []
        for _ in range(10):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        found[name] = rates
    return found


if __name__ == "__main__":
    golden = {
        "source": f"torch {torch.__version__}, tests/training/torch_steps.py",
        "steps": {f"{name} {decay:g}": steps_of(name, decay) for name in MADE for decay in (0.0, 0.1)},
        "schedules": schedules(),
    }
    path = Path(__file__).parents[1] / "golden" / "optimizers.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")
