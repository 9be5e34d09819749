"""The float64 oracle of a fixture model, with the checks that make it worth comparing against."""
import json
from contextlib import contextmanager

import torch
import transformers
from tokenizers import Tokenizer

import dump_oracle

from .float64 import Float64Arithmetic
from .safetensors_writer import write_safetensors

GREEDY_TOKENS = 12
# Between the best and the second-best logit, and between the last chosen and the first rejected expert.
SMALLEST_MARGIN = 1e-3
# A correct float32 program errs by about 2e-6 of a point's largest entry on models of this size.
LARGEST_FLOAT32_DEVIATION = 1e-5


def model_class(config):
    """Of a text model, or of a multimodal model that has one inside."""
    kind = "ImageTextToText" if hasattr(config, "vision_config") else "CausalLM"
    return getattr(transformers, f"AutoModelFor{kind}")


def eos_ids(model):
    """Those of generation_config when it names any, else those of the configuration."""
    configs = (model.generation_config, model.config.get_text_config())
    eos = next((c.eos_token_id for c in configs if getattr(c, "eos_token_id", None) is not None), [])
    return [eos] if isinstance(eos, int) else list(eos)


def oracle_tensors(index, ids, state, continuation):
    points, final, logits = (part.to(torch.float32) for part in state)
    name = f"oracle/{index}"
    return {name: points, f"{name}.ids": torch.tensor(ids), f"{name}.final": final, f"{name}.logits": logits,
            f"{name}.greedy": torch.tensor(continuation, dtype=torch.int64)}


def oracle_metadata(model, prompts, dtype, margins):
    return {"format": "phasescope.oracle/1", "family": model.config.get_text_config().model_type,
            "state_points": "raw", "transformers": transformers.__version__, "dtype": dtype,
            "prompts": json.dumps(prompts), "eos_token_ids": json.dumps(eos_ids(model)),
            "greedy_margins": json.dumps([float(f"{margin:.3g}") for margin in margins])}


class Unsuitable(Exception):
    """These random weights make a poor fixture; other weights may do."""


def load_model(folder):
    """The model in float32, eager attention, every stored tensor accounted for."""
    auto = model_class(transformers.AutoConfig.from_pretrained(folder))
    model, info = auto.from_pretrained(folder, output_loading_info=True, **dump_oracle.LOADING)
    if info["missing_keys"] or info["mismatched_keys"]:
        raise ValueError(f"{folder}: {info}")
    return model.eval()


def largest_deviation(single, double):
    """Largest difference between the float32 and the float64 run, relative to each point's largest entry."""
    worst = 0.0
    for ids, (expected, _, _) in double.items():
        difference = (single[ids][0].double() - expected).abs().amax(dim=(1, 2))
        worst = max(worst, (difference / expected.abs().amax(dim=(1, 2))).max().item())
    return worst


@torch.no_grad()
def greedy_without_cache(model, ids, eos):
    """What dump_oracle.greedy gives, the whole text computed anew for each token."""
    dump_oracle.reset_rotary(model)
    continuation, margin = [], float("inf")
    while len(continuation) < GREEDY_TOKENS and not (continuation and continuation[-1] in eos):
        best = model(torch.tensor([list(ids) + continuation]), use_cache=False).logits[0, -1].topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        continuation.append(best.indices[0].item())
    return continuation, margin


def checked_greedy(model, ids, eos):
    """(continuation, margin); unsuitable when a step is nearly a tie or when the KV cache changes the choice."""
    continuation, margin = dump_oracle.greedy(model, ids, eos, GREEDY_TOKENS)
    recomputed, other_margin = greedy_without_cache(model, ids, eos)
    if min(margin, other_margin) < SMALLEST_MARGIN:
        raise Unsuitable(f"margin {min(margin, other_margin):.1e}")
    if continuation != recomputed:
        raise Unsuitable("greedy decoding with and without a cache differ")
    return continuation, margin


@contextmanager
def expert_margins(model):
    """Collects, at every router call, the smallest logit gap between the last chosen and the first rejected expert."""
    margins = []

    def note(router, _, output):
        ranked = output[0].sort(dim=-1, descending=True).values
        margins.append((ranked[:, router.top_k - 1] - ranked[:, router.top_k]).min().item())

    routers = [module for module in model.modules() if "Router" in type(module).__name__]
    handles = [router.register_forward_hook(note) for router in routers]
    yield margins
    for handle in handles:
        handle.remove()


def capture_all(model, prompts_ids, case):
    """ids -> (points, final, logits) in float64, and for every prompt its (greedy continuation, margin)."""
    with Float64Arithmetic(model) as arithmetic, expert_margins(model) as margins:
        states = {tuple(ids): dump_oracle.capture(model, ids) for ids in prompts_ids}
        eos = eos_ids(model)
        continuations = [checked_greedy(model, ids, eos) for ids in prompts_ids]
    if margins and min(margins) < SMALLEST_MARGIN:
        raise Unsuitable(f"experts within {min(margins):.1e}")
    if arithmetic.downcasts:
        raise ValueError(f"{case.name}: the float64 run goes down to float32 in {sorted(arithmetic.downcasts)}")
    return states, continuations


def make_oracle(case, folder):
    """Write oracle.safetensors for the checkpoint in `folder`; returns the float32 deviation."""
    single = load_model(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    prompts_ids = [tokenizer.encode(text).ids for text in case.prompts]
    single_states = {tuple(ids): dump_oracle.capture(single, ids) for ids in prompts_ids}
    double = single.double()
    states, continuations = capture_all(double, prompts_ids, case)
    deviation = largest_deviation(single_states, states)
    if deviation > LARGEST_FLOAT32_DEVIATION:
        raise Unsuitable(f"float32 deviates by {deviation:.1e}")
    tensors = {}
    for index, (ids, (continuation, _)) in enumerate(zip(prompts_ids, continuations)):
        tensors |= oracle_tensors(index, ids, states[tuple(ids)], continuation)
    margins = [margin for _, margin in continuations]
    metadata = oracle_metadata(double, list(case.prompts), "float64", margins)
    write_safetensors(folder / "oracle.safetensors", tensors, metadata)
    return deviation
