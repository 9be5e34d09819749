"""training.json and the README of the zoo, from what was measured."""
import json
from pathlib import Path

from . import corpus as corpus_module
from .sentences import LARGEST_SUM, held_out_pairs
from .training import BATCH, LENGTH

COLUMNS = ("agreement", "pronouns", "facts", "sums", "held_out_sums", "answers")

README = """# Tiny trained models

Made by

```console
$ scripts/train-zoo          # ten minutes on two cores, on the CPU, one thread a model
```

which writes this folder, this page included. Seeds are fixed: one machine gives the same bytes each time; another processor
rounds otherwise and gives other weights that do as well.

The text is made by a script too (`scripts/zoo_lib`): sentences that agree in number across a noun of the other number,
pronouns, sums and differences up to {largest_sum}, facts of a small invented world (lands, towns, people, beasts), patterns and
syllogisms, short stories; {training_tokens} tokens of a byte-level BPE with {vocabulary} entries. The models know nothing else:
common English falls into single letters. They are here because they are *trained*: their states have structure that random weights lack.

| folder | parameters | step | held-out loss | agreement | pronouns | facts | sums | held-out sums | answers |
|---|---|---|---|---|---|---|---|---|---|
{rows}

Held-out loss is in nats a token, of text from another seed; the frequencies of single tokens give {unigram:.3f}. A step is {batch} windows of
{length} tokens. The scores are fractions of right answers: `agreement`, the likelier of *is* and *are* after 200 subjects, and
`pronouns`, of *his* and *her*, *himself* and *herself* after every name (chance: 0.5); `facts`, capitals, homes and foods, and `sums`,
every sum up to {largest_sum}, completed greedily word for word; `held-out sums`, the {held_out_sums} pairs that no training text adds or subtracts;
`answers`, questions put through the chat template, the answer word for word.

`llama/step1` to `llama/step{last}` are one training run, each step three times the one before. `llama-wide` is a wider
model of the same family, `llama-instruct` the last of the run, tuned for {tuned_steps} steps on
questions and answers, with some of the text between them; it has a chat template.
Each folder holds `config.json`, `model.safetensors` (float16), `tokenizer.json`, `tokenizer_config.json`; the last of each training also
`oracle.safetensors`, the states, logits and greedy continuations of three prompts that transformers computes in float64 from these weights.
`training.json` has the table above and the loss curves as numbers.
"""


def row(folder, record):
    scores = ["" if name not in record["scores"] else f"{record['scores'][name]:.2f}" for name in COLUMNS]
    cells = [f"`{folder}`", f"{record['parameters']:,}", str(record["step"]), f"{record['held_out_loss']:.3f}", *scores]
    return "| " + " | ".join(cells) + " |"


def earlier_records(out):
    file = Path(out) / "training.json"
    return json.loads(file.read_text(encoding="utf-8"))["models"] if file.exists() else {}


def compact(document):
    """JSON with a model a line."""
    models = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(record)}" for name, record in document["models"].items())
    rest = json.dumps({key: value for key, value in document.items() if key != "models"}, indent=1)
    return rest.removesuffix("\n}") + f',\n "models": {{\n  {models}\n }}\n}}\n'


def write(out, corpus, records):
    document = {
        "vocabulary": corpus_module.VOCABULARY_SIZE,
        "training_tokens": len(corpus.training),
        "held_out_tokens": len(corpus.held_out),
        "batch": BATCH,
        "length": LENGTH,
        "unigram_loss": round(corpus.unigram_loss(), 4),
        "models": records,
    }
    (Path(out) / "training.json").write_text(compact(document), encoding="utf-8")
    text = README.format(
        training_tokens=f"{len(corpus.training) / 1e6:.1f} million",
        vocabulary=corpus_module.VOCABULARY_SIZE,
        rows="\n".join(row(folder, record) for folder, record in records.items()),
        unigram=corpus.unigram_loss(),
        batch=BATCH,
        length=LENGTH,
        held_out_sums=len(held_out_pairs()),
        largest_sum=LARGEST_SUM,
        last=max(record["step"] for folder, record in records.items() if folder.startswith("llama/")),
        tuned_steps=records["llama-instruct"]["step"],
    )
    (Path(out) / "README.md").write_text(text, encoding="utf-8")
