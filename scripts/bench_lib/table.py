"""Medians and ratios of what was measured, as JSON and as a Markdown table."""
import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass
class Row:
    """One comparison. `ratio` says how many times faster phasescope is, or is a share or a size where `unit` says so."""

    name: str
    peer: str
    phasescope: str
    ratio: str
    target: str


def seconds(value):
    return f"{value:.3g} s"


def times(value):
    return f"{value:.1f}x" if value < 10 else f"{value:.0f}x"


def percent(value):
    return f"{100 * value:.1f} %"


def gib(count):
    return f"{count / 2**30:.2f} GiB"


def middle(rounds, *path):
    """Median over rounds of the entry at this path of keys."""
    values = []
    for entry in rounds:
        for key in path:
            entry = entry[key]
        values.append(entry)
    return median(values)


def forward_rows(size, found):
    ours = middle(found["rounds"], "phasescope", "forward")
    batched = middle(found["rounds"], "peer_batched", "seconds")
    alone = middle(found["peer_alone"], "seconds")
    yield Row(f"forward, every layer captured, against batches of {found['peer_batch']} ({size})", seconds(batched), seconds(ours), times(batched / ours), "1.5x")
    yield Row(f"the same against one prompt at a time ({size})", seconds(alone), seconds(ours), times(alone / ours), "5x")


def decode_rows(size, found):
    rounds = found["rounds"]
    ours = [(r["phasescope"]["forward"] + r["phasescope"]["generate"]) / r["phasescope_tokens"] for r in rounds]
    peer = [r["peer_batched"]["seconds"] / r["peer_batched"]["tokens"] for r in rounds]
    rate = lambda each: f"{1 / median(each):.0f} tokens/s"
    yield Row(f"generation with hidden states, against batched generate ({size})", rate(peer), rate(ours), times(median(peer) / median(ours)), "1.5x")


def job_rows(size, found):
    for way, peer_way, text in (
        ("float32", "tiles", f"whole Intelliton job, against the re-enacted procedure in bfloat16 ({size})"),
        ("bfloat16", "tiles", f"the same in bfloat16 ({size})"),
        ("float32_without_tiles", "without_tiles", f"in float32, neither with the tile unit ({size})"),
    ):
        ours, peer = middle(found["phasescope"][way], "wall_seconds"), middle(found["re_enactment"][peer_way], "wall_seconds")
        yield Row(text, seconds(peer), seconds(ours), times(peer / ours), "40x")


def product_seconds(profile):
    """Of the matrix products in the forward pass."""
    forward = next(stage for stage in profile if stage["stage"] == "forward")
    return sum(work["seconds"] for work in forward["work"] if work["name"].startswith("product "))


def matmul_rows(size, found):
    bare = middle(found["rounds"], "bare_seconds")
    forward = middle(found["rounds"], "phasescope", "forward")
    products = median(product_seconds(entry["profile"]) for entry in found["rounds"])
    yield Row(f"matrix products, against bare dnnl::matmul ({size})", seconds(bare), seconds(products), percent(bare / products), "85 %")
    yield Row(f"everything else in the forward pass ({size})", "", seconds(forward - products), percent((forward - products) / forward), "under 15 %")


def analyses_rows(size, found):
    share = [r["phasescope"]["analyse"] / (r["phasescope"]["forward"] + r["phasescope"]["generate"]) for r in found["rounds"]]
    forward = [r["phasescope"]["analyse"] / r["phasescope"]["forward"] for r in found["rounds"]]
    analyse = middle(found["rounds"], "phasescope", "analyse")
    yield Row(f"analyses beside the forward pass ({size})", "", seconds(analyse), percent(median(forward)), "under 10 %")
    yield Row(f"analyses beside forward pass and generation ({size})", "", seconds(analyse), percent(median(share)), "")


def memory_rows(size, found):
    first, last = found["rounds"][0], found["rounds"][-1]
    peaks = " / ".join(gib(entry["peak_rss_bytes"]) for entry in found["rounds"])
    counts = ", ".join(f"{entry['prompts']:,}" for entry in found["rounds"])
    yield Row(f"resident memory at {counts} prompts ({size})", "", peaks, times(last["peak_rss_bytes"] / first["peak_rss_bytes"]), "flat")


def large_rows(size, found):
    yield Row(f"resident memory, core in float32 from 16 GB of bfloat16 weights ({size})", "", gib(found["peak_rss_bytes"]), "", "6 GiB")


ROWS = {
    "job": job_rows, "forward": forward_rows, "decode": decode_rows, "matmul": matmul_rows, "analyses": analyses_rows, "memory": memory_rows,
    "large": large_rows,
}
SIZES = ("smollm2", "1b", "8b")


def stages(size, found):
    """Where the time of one run goes, from the manifest."""
    parts = {key: middle(found["rounds"], "phasescope", key) for key in ("load", "forward", "generate", "analyse", "write")}
    return f"Whole run of core, pairs and panel24 ({size}): " + ", ".join(f"{key} {seconds(value)}" for key, value in parts.items()) + "."


def read(folder):
    found = {}
    for name in ROWS:
        for size in SIZES:
            file = Path(folder) / f"{size}-{name}.json"
            if file.exists():
                found[size, name] = json.loads(file.read_text())
    return found


def of_folder(folder):
    """The Markdown table, and <folder>/table.json with the same."""
    found = read(folder)
    if not found:
        return f"nothing was measured in {folder}"
    rows = [row for (size, name), document in found.items() for row in ROWS[name](size, document)]
    (Path(folder) / "table.json").write_text(json.dumps([vars(row) for row in rows], indent=1) + "\n")
    lines = ["| | peer | phasescope | ratio | target |", "|---|---|---|---|---|"]
    lines += [f"| {row.name} | {row.peer} | {row.phasescope} | {row.ratio} | {row.target} |" for row in rows]
    lines += ["", *(stages(size, document) for (size, name), document in found.items() if name == "analyses")]
    machines = sorted({json.dumps(document["machine"], sort_keys=True) for document in found.values()})
    return "\n".join(lines + ["", *machines])
