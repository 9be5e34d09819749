"""Train one model; deterministic on one machine (one thread, own seeds)."""
import math
from dataclasses import dataclass

import torch
import transformers

BATCH, LENGTH = 16, 96
WARMUP_STEPS, WEIGHT_DECAY, LARGEST_GRADIENT = 60, 0.05, 1.0
CURVE_POINTS = 24


@dataclass
class Curve:
    """Loss in nats a token at some steps: of the training batches since the point before, and of held-out text."""

    steps: list
    training: list
    held_out: list


def new_model(config, seed):
    torch.manual_seed(seed)
    fields = {key: value for key, value in config.items() if key not in ("architectures", "dtype")}
    made = transformers.AutoConfig.for_model(**fields)
    made._attn_implementation = "sdpa"
    return transformers.AutoModelForCausalLM.from_config(made, dtype=torch.float32)


def batches(ids, seed, steps):
    """Windows of LENGTH + 1 ids from anywhere in the stream."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        starts = torch.randint(len(ids) - LENGTH, (BATCH,), generator=generator)
        yield torch.stack([ids[start : start + LENGTH + 1] for start in starts.tolist()])


def loss_of(model, window):
    logits = model(input_ids=window[:, :-1], use_cache=False).logits
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), window[:, 1:].flatten())


@torch.no_grad()
def held_out_loss(model, ids):
    """Over whole windows one after another, nats a token."""
    count = (len(ids) - 1) // LENGTH
    windows = torch.stack([ids[i * LENGTH : (i + 1) * LENGTH + 1] for i in range(count)])
    model.eval()
    losses = [loss_of(model, part).item() * len(part) for part in windows.split(64)]
    model.train()
    return sum(losses) / count


def rate_at(step, steps, peak):
    warmup = min(WARMUP_STEPS, steps // 10)
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))))


def curve_steps(steps):
    """Log-spaced steps, all powers of the same ratio, with the last one."""
    return sorted({round(steps ** (i / CURVE_POINTS)) for i in range(CURVE_POINTS + 1)})


def train(model, ids, held_out, steps, seed, peak, at_step=lambda step: None):
    """Calls `at_step(step)` after every step (from 1); returns the loss curve."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=peak, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY)
    points, curve, recent = set(curve_steps(steps)), Curve([], [], []), []
    model.train()
    for step, window in enumerate(batches(ids, seed, steps), start=1):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step - 1, steps, peak)
        loss = loss_of(model, window)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        recent.append(loss.item())
        if step in points:
            curve.steps.append(step)
            curve.training.append(round(sum(recent) / len(recent), 4))
            curve.held_out.append(round(held_out_loss(model, held_out), 4))
            recent = []
        at_step(step)
    return curve
