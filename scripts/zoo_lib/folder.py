"""Write a trained model as a checkpoint folder: float16 weights, configuration, tokenizer, oracle."""
import json
import shutil
from pathlib import Path

import torch

import dump_oracle
from fixtures_lib.safetensors_writer import write_safetensors

from .corpus import CHAT_TEMPLATE, END_OF_TEXT, TURN_END, TURN_END_ID

# The first ORACLE_SIZE of these whose greedy continuation meets no near tie.
ORACLE_PROMPTS = (
    "The keys near the box", "Anna lost", "3 plus 4 is", "One morning Tom", "All red boxes", "Either Mia or Jon", "Those chairs", "Max",
)
ORACLE_SIZE, SMALLEST_MARGIN = 3, 1e-3


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def compact_tokenizer(tokenizer):
    """tokenizer.json without the indentation that the library gives it."""
    return json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n"


def stored_tensors(model):
    """Name to float16 tensor, by name; a head tied to the embedding is left out."""
    tensors = {name: tensor.detach().half() for name, tensor in model.state_dict().items()}
    if model.config.tie_word_embeddings:
        tensors.pop("lm_head.weight")
    return dict(sorted(tensors.items()))


def write_tokenizer(folder, tokenizer, in_chat):
    (folder / "tokenizer.json").write_text(compact_tokenizer(tokenizer), encoding="utf-8")
    settings = {"eos_token": TURN_END if in_chat else END_OF_TEXT, "tokenizer_class": "PreTrainedTokenizerFast"}
    write_json(folder / "tokenizer_config.json", settings | ({"chat_template": CHAT_TEMPLATE} if in_chat else {}))


def oracle_runs(model, tokenizer):
    """(prompt, (ids, states, continuation), margin) of the prompts that are kept."""
    runs = []
    with dump_oracle.Float64Arithmetic(model) as arithmetic:
        for prompt in ORACLE_PROMPTS:
            ids = tokenizer.encode(prompt).ids
            continuation, margin = dump_oracle.greedy(model, ids, dump_oracle.eos_ids(model))
            if margin >= SMALLEST_MARGIN and len(runs) < ORACLE_SIZE:
                runs.append((prompt, (ids, dump_oracle.capture(model, ids), continuation), margin))
    if arithmetic.downcasts or len(runs) < ORACLE_SIZE:
        raise ValueError(f"no oracle: {len(runs)} prompts, casts to float32 in {arithmetic.downcasts}")
    return runs


def write_oracle(folder, tokenizer):
    """What transformers computes in float64 from the folder just written (see dump_oracle)."""
    model, _ = dump_oracle.load(folder, "float64", None)
    prompts, runs, margins = zip(*oracle_runs(model, tokenizer))
    tensors = {}
    for index, run in enumerate(runs):
        tensors |= dump_oracle.oracle_tensors(index, *run)
    metadata = dump_oracle.oracle_metadata(model, list(prompts), "float64", margins)
    write_safetensors(folder / "oracle.safetensors", tensors, metadata)


def write_folder(folder, model, config, tokenizer, with_oracle):
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_json(folder / "config.json", config)
    write_safetensors(folder / "model.safetensors", stored_tensors(model), {"format": "pt"})
    write_tokenizer(folder, tokenizer, config["eos_token_id"] == TURN_END_ID)
    if with_oracle:
        write_oracle(folder, tokenizer)


def as_stored(model):
    """The model with its weights rounded to what the folder holds."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model
