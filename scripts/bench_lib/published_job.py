"""The whole published Intelliton job, re-enacted with transformers and NumPy; prints its seconds by part as JSON.

    published_job.py MODEL PROMPTS.json [--threads N] [--steps 8] [--limit N]

As the method is published: bfloat16, one prompt at a time with all hidden states, spectra layer by layer, and for the course
of generation the whole prefix again at every step, with attentions. Token ids are given, so no tokenizer is loaded.
"""
import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True

PACKET_TOKENS, LONGEST_PROMPT = 6, 128
ACTIVE_SHARE, MERGE_COSINE = 0.02, 0.97


def fields_of(model, prompts):
    import torch

    with torch.no_grad():
        for ids in prompts:
            states = model(torch.tensor([ids[:LONGEST_PROMPT]]), output_hidden_states=True, use_cache=False).hidden_states
            yield np.stack([state[0].float().numpy() for state in states]).astype(np.float64)


def catalog_of(spectra_by_category):
    """Mean vectors of each category's active modes, joined by cosine; returns one vector a species."""
    from bench_lib.spectra import cosines

    vectors = []
    for spectra in spectra_by_category.values():
        count = min(spectrum.values.shape[1] for spectrum in spectra)
        middle = len(spectra[0].layers) // 2
        strength = np.mean([s.values[len(s.values) // 4 : 3 * len(s.values) // 4, :count].mean(axis=0) for s in spectra], axis=0)
        mean = np.mean([s.layers[middle].right[:count] for s in spectra], axis=0)
        vectors += list(mean[strength > ACTIVE_SHARE * strength[0]])
    species = []
    for vector in vectors:
        if not species or cosines(vector[None], np.stack(species)).max() < MERGE_COSINE:
            species.append(vector)
    return np.stack(species)


def fusion_strength(spectrum, attentions, layer):
    """Largest coupling |u_i^T A u_j| of the layer's token vectors through the averaged attention of the packet."""
    left = spectrum.layers[layer].left
    return np.abs(left.T @ attentions[layer // 4] @ left).max()


def trajectory(model, ids, species, steps):
    """One prompt's generation: prefix, packet, spectrum and occupations at every step."""
    import torch
    from bench_lib.spectra import cosines, spectrum_of

    ids = list(ids)
    for _ in range(steps):
        with torch.no_grad():
            output = model(torch.tensor([ids]), output_hidden_states=True, output_attentions=True, use_cache=False)
        packet = np.stack([s[0, -PACKET_TOKENS:].float().numpy() for s in output.hidden_states]).astype(np.float64)
        tokens = packet.shape[1]
        attentions = [a[0].float().mean(dim=0)[-tokens:, -tokens:].double().numpy() for a in output.attentions[::4]]
        spectrum = spectrum_of(packet)
        for layer in range(len(output.attentions)):
            fusion_strength(spectrum, attentions, layer)
        middle = spectrum.layers[len(spectrum.layers) // 2]
        closeness = cosines(species, middle.right)
        np.sort(middle.values[closeness.argmax(axis=1)] * closeness.max(axis=1))[-5:]
        ids.append(output.logits[0, -1].argmax().item())


class Stopwatch:
    def __init__(self):
        self.seconds, self.last = {}, time.monotonic()

    def note(self, part):
        now = time.monotonic()
        self.seconds[part] = round(now - self.last, 3)
        self.last = now


def load(path, threads):
    import torch
    from bench_lib.peer import load_model

    torch.set_num_threads(threads)
    return load_model(path, torch.bfloat16)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--limit", type=int, help="the first N prompts of each set only")
    args = parser.parse_args()
    watch, prompts = Stopwatch(), json.loads(args.prompts.read_text())
    core, pairs = prompts["core"][: args.limit], prompts["pairs"][: args.limit]
    model = load(args.model, args.threads)
    from bench_lib.spectra import compare, spectrum_of

    watch.note("load")
    fields = list(fields_of(model, [prompt["ids"] for prompt in core]))
    watch.note("capture")
    by_category = {}
    for prompt, field in zip(core, fields):
        by_category.setdefault(prompt["category"], []).append(spectrum_of(field))
    species = catalog_of(by_category)
    watch.note("spectra")
    paired = [prompt["ids"] for prompt in pairs if prompt["role"] != "style"]
    states = list(fields_of(model, paired))
    for grounded, prone in zip(states[::2], states[1::2]):
        compare(grounded, prone)
    watch.note("pairs")
    model.set_attn_implementation("eager")
    for prompt in pairs:
        trajectory(model, prompt["ids"], species, args.steps)
    watch.note("trajectories")
    print(json.dumps({"species": len(species), "seconds": watch.seconds}))


if __name__ == "__main__":
    main()
