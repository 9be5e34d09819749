#!/usr/bin/env python3
"""Dump the residual stream of a causal language model, as transformers computes it, to an oracle file.

    dump_oracle.py MODEL_DIR_OR_GGUF --prompts FILE.jsonl|FILE.txt -o oracle.safetensors [--limit N] [--dtype float64]
                   [--tokenizer tokenizer.json]

Prompts are the lines of a text file, or the "prompt" (else "text") fields of a JSON-lines file. For prompt i the oracle
holds `oracle/<i>` [L+1, T, D] (raw points: the input of block 0, then the output of every block, before the final
norm), `.ids` [T], `.final` [T, D] (after the final norm), `.logits` [V] of the last position, and `.greedy` (the greedy
continuation). Attention is eager, prompts run one at a time. In float64 every cast to float32 inside the model's norms
and softmaxes is turned into float64; only the rotary angles stay float32, which is how they are defined. The metadata
gives for every prompt the smallest gap between the best and the second-best logit that greedy decoding met.

A GGUF needs `accelerate` beside transformers, and a family whose whole configuration transformers reads from it: scaled
rotary positions, for one, it leaves out.
"""
import argparse
import json
from pathlib import Path

import torch
import transformers
from torch.overrides import TorchFunctionMode

FORMAT = "phasescope.oracle/1"
# Weights are loaded in float32, which holds every stored value exactly; rotary frequencies are made in float32 too.
LOADING = {"attn_implementation": "eager", "experts_implementation": "eager", "dtype": torch.float32}
FINAL_NORM_NAMES = ("norm", "ln_f", "final_layer_norm", "final_layernorm")


class Float64Arithmetic(TorchFunctionMode):
    """Keeps a double model in float64 where its code asks for float32; notes what still goes down to float32."""

    def __init__(self, model):
        super().__init__()
        self.downcasts, self.inside_rotary, self.handles = set(), 0, []
        for module in model.modules():
            if "Rotary" in type(module).__name__:
                self.handles.append(module.register_forward_pre_hook(lambda *_: self._enter_rotary(1)))
                self.handles.append(module.register_forward_hook(lambda *_: self._enter_rotary(-1)))

    def _enter_rotary(self, step):
        self.inside_rotary += step

    def __exit__(self, *exc):
        for handle in self.handles:
            handle.remove()
        return super().__exit__(*exc)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.inside_rotary or not any(getattr(a, "dtype", None) == torch.float64 for a in args):
            return func(*args, **kwargs)
        if func is torch.Tensor.float:
            return args[0]
        args = tuple(torch.float64 if a is torch.float32 else a for a in args)
        kwargs = {k: torch.float64 if v is torch.float32 else v for k, v in kwargs.items()}
        result = func(*args, **kwargs)
        if getattr(result, "dtype", None) == torch.float32:
            self.downcasts.add(getattr(func, "__name__", str(func)))
        return result


def decoder(model):
    """(backbone, layers): the module that owns the list of decoder blocks, and that list."""
    count = model.config.get_text_config().num_hidden_layers
    for module in model.modules():
        for child in module.children():
            if isinstance(child, torch.nn.ModuleList) and len(child) == count:
                return module, child
    raise ValueError(f"no list of {count} decoder blocks in {type(model).__name__}")


def reset_rotary(model):
    """Forget the longest sequence seen so far: dynamic rope keeps it from one call to the next."""
    for module in model.modules():
        if getattr(module, "rope_type", None) == "dynamic":
            module.max_seq_len_cached = module.original_max_seq_len
            module.inv_freq = module.original_inv_freq


def first(value):
    return value[0] if isinstance(value, tuple) else value


@torch.no_grad()
def capture(model, ids):
    """(points [L+1, T, D], final [T, D], logits [V]) of one prompt."""
    backbone, layers = decoder(model)
    norm = next((m for n in FINAL_NORM_NAMES if (m := getattr(backbone, n, None)) is not None), None)
    points, final = [], []
    take_input = lambda _, args, kwargs: points.append((args[0] if args else kwargs["hidden_states"])[0].clone())
    hooks = [layers[0].register_forward_pre_hook(take_input, with_kwargs=True)]
    hooks += [m.register_forward_hook(lambda _, __, out: points.append(first(out)[0].clone())) for m in layers]
    if norm is not None:
        hooks.append(norm.register_forward_hook(lambda _, __, out: final.append(out[0].clone())))
    reset_rotary(model)
    logits = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
    for hook in hooks:
        hook.remove()
    assert len(points) == len(layers) + 1 and len(final) == (norm is not None)
    return torch.stack(points), (final or points[-1:])[0], logits


@torch.no_grad()
def greedy(model, ids, eos, tokens=12, use_cache=True):
    """(continuation, smallest margin between the best and the second-best logit); an eos token ends it and is kept."""
    reset_rotary(model)
    continuation, margin, cache, step = [], float("inf"), None, list(ids)
    while len(continuation) < tokens and not (continuation and continuation[-1] in eos):
        output = model(torch.tensor([step]), past_key_values=cache, use_cache=use_cache)
        best = output.logits[0, -1].double().topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        continuation.append(best.indices[0].item())
        cache = output.past_key_values if use_cache else None
        step = continuation[-1:] if use_cache else list(ids) + continuation
    return continuation, margin


def eos_ids(model):
    """End-of-sequence ids: those of generation_config when it names any, else those of the configuration."""
    for config in (model.generation_config, model.config.get_text_config()):
        eos = getattr(config, "eos_token_id", None)
        if eos is not None:
            return [eos] if isinstance(eos, int) else list(eos)
    return []


def oracle_tensors(index, ids, state, continuation):
    points, final, logits = state
    name = f"oracle/{index}"
    return {name: points.float(), f"{name}.ids": torch.tensor(ids), f"{name}.final": final.float(),
            f"{name}.logits": logits.float(), f"{name}.greedy": torch.tensor(continuation)}


def oracle_metadata(model, prompts, dtype, margins):
    return {"format": FORMAT, "family": model.config.get_text_config().model_type, "state_points": "raw",
            "transformers": transformers.__version__, "dtype": dtype, "prompts": json.dumps(prompts),
            "eos_token_ids": json.dumps(eos_ids(model)),
            "greedy_margins": json.dumps([float(f"{margin:.3g}") for margin in margins])}


def read_prompts(path):
    lines = [line for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]
    if not path.endswith(".jsonl"):
        return lines
    return [record.get("prompt", record.get("text")) for record in map(json.loads, lines)]


def check_gguf_weights(model, reader):
    """Refuse a model whose matrices are not what the file dequantises to (q and k rows may come in another order)."""
    import gguf
    import numpy as np
    held = [parameter.detach().numpy() for parameter in model.parameters()]
    for tensor in reader.tensors:
        if not tensor.name.startswith(("token_embd.", "blk.0.")) or len(tensor.shape) != 2:
            continue
        stored = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        candidates = (h for h in held if h.shape == stored.shape)
        if not any((h == stored).all() or (np.sort(h, axis=0) == np.sort(stored, axis=0)).all() for h in candidates):
            raise ValueError(f"transformers did not load {tensor.name} as the file holds it")


def gguf_encoder(path, reader):
    """Ids by the tokenizer in the file, after the bos it asks for. transformers ignores tokenizer.ggml.pre."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    value = lambda key: reader.fields[key].contents() if key in reader.fields else None
    if (pre := value("tokenizer.ggml.pre")) not in ("gpt-2", "smollm"):
        print(f"note: texts are split as gpt-2 does, the file asks for {pre}; --tokenizer gives the right ids")
    bos = [value("tokenizer.ggml.bos_token_id")] if value("tokenizer.ggml.add_bos_token") else []
    return lambda text: bos + tokenizer(text, add_special_tokens=False)["input_ids"]


def load(path, dtype, tokenizer_file):
    """(model, encode): `encode` is a tokenizer.json read by the tokenizers library, or the tokenizer in the GGUF."""
    path = Path(path)
    if path.suffix == ".gguf":
        import gguf
        reader = gguf.GGUFReader(path)
        model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, **LOADING)
        check_gguf_weights(model, reader)
        encode = gguf_encoder(path, reader) if tokenizer_file is None else None
    else:
        model = transformers.AutoModelForCausalLM.from_pretrained(path, **LOADING)
        tokenizer_file, encode = tokenizer_file or path / "tokenizer.json", None
    if encode is None:
        from tokenizers import Tokenizer
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
        encode = lambda text: tokenizer.encode(text).ids
    model.eval()
    return (model.double() if dtype == "float64" else model), encode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a checkpoint folder or a .gguf file")
    parser.add_argument("--prompts", required=True)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--limit", type=int, help="use the first N prompts only")
    parser.add_argument("--tokenizer", help="encode the prompts with this tokenizer.json")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float64")
    args = parser.parse_args()
    prompts = read_prompts(args.prompts)[: args.limit]
    model, encode = load(args.model, args.dtype, args.tokenizer)
    runs, margins = [], []
    with Float64Arithmetic(model) as arithmetic:
        for ids in map(encode, prompts):
            continuation, margin = greedy(model, ids, eos_ids(model))
            runs.append((ids, capture(model, ids), continuation))
            margins.append(margin)
    tensors = {}
    for index, run in enumerate(runs):  # out here float() means float32 again
        tensors |= oracle_tensors(index, *run)
    if arithmetic.downcasts:
        print(f"note: the float64 run goes down to float32 in: {sorted(arithmetic.downcasts)}")
    from safetensors.torch import save_file
    save_file(tensors, args.output, oracle_metadata(model, prompts, args.dtype, margins))


if __name__ == "__main__":
    main()
