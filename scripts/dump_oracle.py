#!/usr/bin/env python3
"""Dump the residual stream of a causal language model, as transformers computes it, to an oracle file.

    dump_oracle.py MODEL_DIR_OR_GGUF --prompts FILE.jsonl|FILE.txt -o oracle.safetensors [--limit N] [--dtype float64]

Prompts are the lines of a text file, or the "prompt" (else "text") fields of a JSON-lines file. For prompt i the oracle
holds `oracle/<i>` [L+1, T, D] (raw points: the input of block 0, then the output of every block, before the final norm),
`.ids` [T], `.final` [T, D] (after the final norm), `.logits` [V] of the last position, and `.greedy` (the greedy
continuation). Attention is eager, prompts run one at a time. In float64 every cast to float32 inside the model's norms
and softmaxes is turned into float64; only the rotary angles stay float32, which is how they are defined.
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
    """Keeps a double model in float64 where its code asks for float32; notes functions that still go down to float32."""

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


def oracle_tensors(model, index, ids):
    points, final, logits = capture(model, ids)
    continuation, _ = greedy(model, ids, eos_ids(model))
    name = f"oracle/{index}"
    return {name: points.float(), f"{name}.ids": torch.tensor(ids), f"{name}.final": final.float(),
            f"{name}.logits": logits.float(), f"{name}.greedy": torch.tensor(continuation)}


def oracle_metadata(model, prompts, dtype):
    return {"format": FORMAT, "family": model.config.get_text_config().model_type, "state_points": "raw",
            "transformers": transformers.__version__, "dtype": dtype, "prompts": json.dumps(prompts),
            "eos_token_ids": json.dumps(eos_ids(model))}


def read_prompts(path):
    lines = [line for line in Path(path).read_text(encoding="utf-8").split("\n") if line.strip()]
    if not path.endswith(".jsonl"):
        return lines
    return [record.get("prompt", record.get("text")) for record in map(json.loads, lines)]


def check_gguf_weights(model, path):
    """Refuse a model whose weights are not the dequantised tensors of the file (norms, embeddings and one projection)."""
    import gguf
    stored = {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in gguf.GGUFReader(path).tensors}
    held = [p.detach().float().numpy() for p in model.parameters()]
    for name in ("token_embd.weight", "blk.0.attn_v.weight", "blk.0.ffn_down.weight"):
        shape = stored[name].shape
        if not any(h.shape == shape and (h == stored[name]).all() for h in held):
            raise ValueError(f"{path}: transformers did not load {name} as the file holds it")


def load(path, dtype):
    """(model, encode): `encode` is tokenizer.json read by the tokenizers library, or the tokenizer inside the GGUF."""
    path = Path(path)
    if path.suffix == ".gguf":
        model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, **LOADING)
        check_gguf_weights(model, str(path))
        tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
        encode = lambda text: tokenizer(text)["input_ids"]
    else:
        from tokenizers import Tokenizer
        model = transformers.AutoModelForCausalLM.from_pretrained(path, **LOADING)
        tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        encode = lambda text: tokenizer.encode(text).ids
    model.eval()
    return (model.double() if dtype == "float64" else model), encode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a checkpoint folder or a .gguf file")
    parser.add_argument("--prompts", required=True)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--limit", type=int, help="use the first N prompts only")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float64")
    args = parser.parse_args()
    prompts = read_prompts(args.prompts)[: args.limit]
    model, encode = load(args.model, args.dtype)
    tensors = {}
    with Float64Arithmetic(model) as arithmetic:
        for index, prompt in enumerate(prompts):
            tensors |= oracle_tensors(model, index, encode(prompt))
    if arithmetic.downcasts:
        print(f"note: the float64 run goes down to float32 in: {sorted(arithmetic.downcasts)}")
    from safetensors.torch import save_file
    save_file(tensors, args.output, oracle_metadata(model, prompts, args.dtype))


if __name__ == "__main__":
    main()
