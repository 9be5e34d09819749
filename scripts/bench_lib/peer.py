"""transformers as the peer: a process that holds the loaded model and times what it is asked for.

    peer.py MODEL PROMPTS.json --threads N

Reads one JSON object a line on stdin and answers each with one on stdout:
{"task": "forward", "set": "core", "batch": 25}, {"task": "decode", "set": "panel24", "tokens": 64, "batch": 24}.
"""
import argparse
import json
import resource
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True


def load_model(path, dtype):
    """A checkpoint folder or a .gguf file, dequantised."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    path = Path(path)
    where, options = (path.parent, {"gguf_file": path.name}) if path.suffix == ".gguf" else (path, {})
    return transformers.AutoModelForCausalLM.from_pretrained(where, dtype=dtype, **options).eval()


def padded(rows, on_left, pad=0):
    """(ids, mask) of rows padded to the longest."""
    import torch

    longest = max(map(len, rows))
    fill = lambda row, value: [value] * (longest - len(row))
    ids = [fill(row, pad) + row if on_left else row + fill(row, pad) for row in rows]
    ones = [[1] * len(row) for row in rows]
    mask = [fill(row, 0) + one if on_left else one + fill(row, 0) for row, one in zip(rows, ones)]
    return torch.tensor(ids), torch.tensor(mask)


def batches(prompts, size):
    """Sorted by length, so that little is padded."""
    prompts = sorted(prompts, key=len)
    return [prompts[i : i + size] for i in range(0, len(prompts), size)]


class Peer:
    def __init__(self, model, prompts):
        self.model, self.prompts = model, prompts

    def ids(self, name):
        return [prompt["ids"] for prompt in self.prompts[name]]

    def forward(self, request):
        """Every layer's hidden states of all prompts, and the logits of all positions, each batch dropped when it is done."""
        for rows in batches(self.ids(request["set"]), request["batch"]):
            if len(rows) == 1 or len(rows[0]) == len(rows[-1]):
                ids, mask = padded(rows, on_left=False)[0], None
            else:
                ids, mask = padded(rows, on_left=False)
            self.model(ids, attention_mask=mask, output_hidden_states=True, use_cache=False)
        return sum(map(len, self.ids(request["set"])))

    def decode(self, request):
        """Greedy generation with every layer's hidden states; no row ends before the others."""
        count, tokens = 0, request["tokens"]
        for rows in batches(self.ids(request["set"]), request["batch"]):
            ids, mask = padded(rows, on_left=True)
            made = self.model.generate(
                ids, attention_mask=mask, do_sample=False, max_new_tokens=tokens, min_new_tokens=tokens, pad_token_id=0,
                output_hidden_states=True, return_dict_in_generate=True,
            )
            count += len(rows) * (made.sequences.shape[1] - ids.shape[1])
        return count

    def answer(self, request):
        import torch

        started = time.monotonic()
        with torch.no_grad():
            tokens = getattr(self, request["task"])(request)
        seconds = time.monotonic() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return {"seconds": round(seconds, 4), "tokens": tokens, "peak_rss_bytes": peak}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("prompts", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dtype", default="float32")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(args.threads)
    peer = Peer(load_model(args.model, getattr(torch, args.dtype)), json.loads(args.prompts.read_text()))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(peer.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
