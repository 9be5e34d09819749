#!/usr/bin/env python3
"""Dump the states of a causal language model, as transformers computes them, to a file for `phasescope verify`.

    dump_oracle.py MODEL --prompts FILE -o oracle.safetensors [--limit N] [--dtype float32|float64]

MODEL is a checkpoint folder or a .gguf file; FILE has texts, one a line, or JSON lines with "prompt", "text" or "ids".
A .gguf wants "ids" (`phasescope tokenize -m MODEL texts.txt > FILE`), accelerate, and a family that transformers reads
from GGUF. For prompt i: `oracle/<i>` [L+1, T, D], the input of block 0 and every block's output before the final norm;
`.final` [T, D]; `.logits` [V] of the last position; `.ids`; `.greedy`. Attention is eager, prompts run one at a time.
"""
import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

# float32 holds every stored weight exactly. Other attention implementations leave out soft-caps.
LOADING = {"attn_implementation": "eager", "experts_implementation": "eager", "dtype": torch.float32}
FINAL_NORMS = ("norm", "ln_f", "final_layer_norm", "final_layernorm")


def load(path, dtype):
    folder, options = (path.parent, {"gguf_file": path.name}) if path.suffix == ".gguf" else (path, {})
    config = transformers.AutoConfig.from_pretrained(folder, **options)
    kind = "ImageTextToText" if hasattr(config, "vision_config") else "CausalLM"
    model = getattr(transformers, f"AutoModelFor{kind}").from_pretrained(folder, **LOADING, **options)
    return model.eval().to(getattr(torch, dtype))


def read_prompts(path, model):
    lines = [line for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]
    records = [json.loads(line) for line in lines] if path.endswith(".jsonl") else [{"text": line} for line in lines]
    if all("ids" in record for record in records):
        return [record["ids"] for record in records]
    from tokenizers import Tokenizer
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    return [tokenizer.encode(record.get("prompt", record.get("text"))).ids for record in records]


def reset_rotary(model):
    """Dynamic rope remembers the longest sequence it has seen; every prompt starts afresh."""
    for module in model.modules():
        if getattr(module, "rope_type", None) == "dynamic":
            module.max_seq_len_cached, module.inv_freq = module.original_max_seq_len, module.original_inv_freq


@torch.no_grad()
def capture(model, ids):
    """(points [L+1, T, D], final [T, D], logits [V])"""
    count = model.config.get_text_config().num_hidden_layers
    backbone, layers = next((owner, child) for owner in model.modules() for child in owner.children()
                            if isinstance(child, torch.nn.ModuleList) and len(child) == count)
    norms = [getattr(backbone, name) for name in FINAL_NORMS if getattr(backbone, name, None) is not None]
    points, final = [], []
    note = lambda to, states: to.append((states[0] if isinstance(states, tuple) else states)[0].clone())
    enter = lambda _, args, named: note(points, args or named["hidden_states"])
    hooks = [layers[0].register_forward_pre_hook(enter, with_kwargs=True)]
    hooks += [layer.register_forward_hook(lambda _, __, output: note(points, output)) for layer in layers]
    hooks += [norm.register_forward_hook(lambda _, __, output: note(final, output)) for norm in norms]
    reset_rotary(model)
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
    for hook in hooks:
        hook.remove()
    return torch.stack(points), (final or points)[-1], logits


@torch.no_grad()
def greedy(model, ids, eos, tokens=12):
    """(continuation, smallest gap between the best and the second-best logit); an eos token ends it and is kept."""
    reset_rotary(model)
    continuation, margin, cache = [], float("inf"), None
    while len(continuation) < tokens and not (continuation and continuation[-1] in eos):
        output = model(torch.tensor([continuation[-1:] or ids]), past_key_values=cache, use_cache=True)
        best, cache = output.logits[0, -1].topk(2), output.past_key_values
        margin = min(margin, (best.values[0] - best.values[1]).item())
        continuation.append(best.indices[0].item())
    return continuation, margin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--prompts", required=True)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--limit", type=int, help="use the first N prompts only")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float64")
    args = parser.parse_args()
    model, tensors, margins = load(args.model, args.dtype), {}, []
    eos = model.generation_config.eos_token_id
    for i, ids in enumerate(read_prompts(args.prompts, args.model)[: args.limit]):
        parts = dict(zip(("", ".final", ".logits"), capture(model, ids)))
        continuation, margin = greedy(model, ids, eos if isinstance(eos, list) else [eos])
        margins.append(margin)
        tensors |= {f"oracle/{i}{name}": part.float() for name, part in parts.items()}
        tensors |= {f"oracle/{i}.ids": torch.tensor(ids), f"oracle/{i}.greedy": torch.tensor(continuation)}
    save_file(tensors, args.output, {
        "format": "phasescope.oracle/1", "family": model.config.get_text_config().model_type, "state_points": "raw",
        "transformers": transformers.__version__, "dtype": args.dtype, "greedy_margins": json.dumps(margins)})


if __name__ == "__main__":
    main()
