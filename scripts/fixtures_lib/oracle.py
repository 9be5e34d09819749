"""The float64 oracle of a fixture model, with the checks that make it worth comparing against."""
from contextlib import contextmanager

import torch
import transformers
from tokenizers import Tokenizer

import dump_oracle

from .safetensors_writer import write_safetensors

GREEDY_TOKENS = 12
# Between the best and the second-best logit, and between the last chosen and the first rejected expert.
SMALLEST_MARGIN = 1e-3
# A correct float32 program errs by about 2e-6 of a point's largest entry on models of this size.
LARGEST_FLOAT32_DEVIATION = 1e-5


class Unsuitable(Exception):
    """These random weights make a poor fixture; other weights may do."""


def load_model(folder):
    """The model in float32, eager attention, every stored tensor accounted for."""
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, output_loading_info=True, **dump_oracle.LOADING
    )
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


def checked_greedy(model, ids, eos):
    """(continuation, margin); unsuitable when a step is nearly a tie or when the KV cache changes the choice."""
    continuation, margin = dump_oracle.greedy(model, ids, eos, GREEDY_TOKENS)
    recomputed, other_margin = dump_oracle.greedy(model, ids, eos, GREEDY_TOKENS, use_cache=False)
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
    with dump_oracle.Float64Arithmetic(model) as arithmetic, expert_margins(model) as margins:
        states = {tuple(ids): dump_oracle.capture(model, ids) for ids in prompts_ids}
        eos = dump_oracle.eos_ids(model)
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
        tensors |= dump_oracle.oracle_tensors(index, ids, states[tuple(ids)], continuation)
    margins = [margin for _, margin in continuations]
    metadata = dump_oracle.oracle_metadata(double, list(case.prompts), "float64", margins)
    write_safetensors(folder / "oracle.safetensors", tensors, metadata)
    return deviation
