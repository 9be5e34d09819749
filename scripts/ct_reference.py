"""ct_t and what is made of it, recomputed with numpy: the independent side of scripts/check-ct and of the fixtures.

Local terms are computed in extended precision, and from their defining formulas (dot products, Heron's area, finite
differences) where the program uses stable forms; random streams follow their published definitions.
"""
import math

import numpy as np

NORMS = ["l2", "raw", "centred", "standardised"]
DELTAS = ["chord", "cosine", "arc"]
CURVATURES = ["turning", "turning_cosine", "second_difference", "menger", "three_point"]
WIDE = np.longdouble
ZERO = 1e-12


# Random streams: SplitMix64 keyed by seed, purpose (FNV-1a) and draw; integers by Lemire's method.

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


class Stream:
    def __init__(self, seed, purpose, draw):
        self.state = mix((mix(mix((seed + GAMMA) & MASK) ^ fnv1a(purpose)) + GAMMA * (draw + 1)) & MASK)

    def next(self):
        self.state = (self.state + GAMMA) & MASK
        return mix(self.state)

    def below(self, bound):
        rejected = (1 << 64) % bound
        while True:
            product = self.next() * bound
            if (product & MASK) >= rejected:
                return product >> 64


def growing_permutation(count, stream):
    """Yields the order after each item is added."""
    order = []
    for item in range(count):
        place = stream.below(item + 1)
        order.append(item)
        order[place], order[item] = order[item], order[place]
        yield order


# Trajectories.


def normalise(states, norm):
    """(normalised states, kept row numbers, dropped row numbers)"""
    x = np.asarray(states, dtype=WIDE)
    with np.errstate(invalid="ignore", over="ignore"):
        length = np.sqrt((x * x).sum(axis=1))
    good = np.isfinite(length) & (length > 0)
    kept = np.flatnonzero(good)
    x, length = x[kept], length[kept]
    if norm == "l2":
        x = x / length[:, None]
    if norm == "centred" and len(x):
        x = x - x.mean(axis=0)
        length = np.sqrt((x * x).sum(axis=1))
        far = length > ZERO * length.max()
        x, kept = x[far] / length[far][:, None], kept[far]
    if norm == "standardised" and len(x):
        largest = np.abs(x).max(axis=0)
        centred = x - x.mean(axis=0)
        deviation = np.sqrt((centred * centred).mean(axis=0))
        flat = deviation <= ZERO * largest
        x = np.where(flat, 0, centred / np.where(flat, 1, deviation))
    dropped = sorted(set(range(len(states))) - set(kept.tolist()))
    return x, kept, dropped


def lengths(v):
    return np.sqrt((v * v).sum(axis=-1))


def is_zero(distance, a, b):
    return distance <= ZERO * np.maximum(lengths(a), lengths(b))


def deltas(u, kind):
    """One value a step."""
    if kind == "chord":
        return lengths(u[1:] - u[:-1])
    size = lengths(u)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = u / size[:, None]
    if kind == "cosine":
        return 1 - (p[1:] * p[:-1]).sum(axis=1)
    return 2 * np.arctan2(lengths(p[1:] - p[:-1]), lengths(p[1:] + p[:-1]))


def curvatures(u, kind):
    """One value a triple; NaN where there is none."""
    s, t = u[1:-1] - u[:-2], u[2:] - u[1:-1]
    if kind == "second_difference":
        return lengths(u[2:] - 2 * u[1:-1] + u[:-2])
    a, b, c = lengths(s), lengths(t), lengths(u[2:] - u[:-2])
    bad = is_zero(a, u[:-2], u[1:-1]) | is_zero(b, u[1:-1], u[2:])
    if kind in ("menger", "three_point"):
        bad |= is_zero(c, u[:-2], u[2:])
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "turning_cosine":
            value = 1 - (s * t).sum(axis=1) / (a * b)
        elif kind == "turning":
            p, q = s / a[:, None], t / b[:, None]
            value = 2 * np.arctan2(lengths(q - p), lengths(q + p))
        elif kind == "menger":
            half = (a + b + c) / 2
            area = np.sqrt(np.maximum(half * (half - a) * (half - b) * (half - c), 0))
            value = 4 * area / (a * b * c)
        else:
            v, w = (u[2:] - u[:-2]) / 2, u[2:] - 2 * u[1:-1] + u[:-2]
            square = (w * w).sum(axis=1) * (v * v).sum(axis=1) - (w * v).sum(axis=1) ** 2
            value = np.sqrt(np.maximum(square, 0)) / lengths(v) ** 3
    return np.where(bad, np.nan, value)


def terms(u, delta, curvature, alignment):
    """(ct, delta, curvature) of normalised states as float64."""
    if len(u) < 3:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    steps = deltas(u, delta)
    d = steps[1:] if alignment == "causal" else steps[:-1]
    k = curvatures(u, curvature)
    ct = d * k
    ct = np.where(np.isnan(ct), 0, ct)
    return ct.astype(float), d.astype(float), k.astype(float)


# Statistics of runs.


def clipped(ct, clip):
    if clip == "raw":
        return ct
    median = np.median(ct)
    reach = 5 * 1.4826 * np.median(np.abs(ct - median))
    return np.clip(ct, median - reach, median + reach) if reach > 0 else ct


def ratio_of(ct, clip):
    ct = clipped(ct, clip)
    mean = ct.mean()
    return math.nan if mean == 0 else float(ct.max() / mean)


def nan_mean(values):
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else None


def late_mean(ct):
    return float(ct[-min(len(ct), max(4, math.ceil(len(ct) / 4))):].mean())


def run_statistics(ct, d, k, clip):
    ct = clipped(ct, clip)
    median = float(np.median(ct))
    p95 = float(np.quantile(ct, 0.95))
    debt, largest_debt = 0.0, 0.0
    for value in ct:
        debt = max(0.0, debt + value - median)
        largest_debt = max(largest_debt, debt)
    mean = float(ct.mean())
    return {
        "max": float(ct.max()), "mean": mean, "median": median, "p95": p95, "std": float(ct.std()),
        "ratio_norm": None if mean == 0 else float(ct.max()) / mean,
        "p95_over_median": None if median == 0 else p95 / median,
        "argmax": int(ct.argmax()), "late_ct": late_mean(ct), "debt_max": largest_debt, "debt_final": debt,
        "mean_delta": nan_mean(d), "mean_curvature": nan_mean(k),
    }


def compare_with_null(observed, null):
    null = np.array([value for value in null if not math.isnan(value)])
    if math.isnan(observed) or len(null) == 0:
        return None
    low, high = np.quantile(null, [0.025, 0.975])
    side = "below" if observed < low * (1 - 1e-12) else "above" if observed > high * (1 + 1e-12) else "inside"
    return {"mean": float(null.mean()), "low": float(low), "high": float(high),
            "p_value": (1 + int((null >= observed * (1 - 1e-12)).sum())) / (1 + len(null)),
            "distinguishable": side != "inside", "side": side}


def shuffled_null(u, observed, definition, run_id, wanted_steps):
    """{steps: comparison} for the lengths that are wanted, and the means over draws of the whole run."""
    clip, seed, draws = definition["clip"], definition["seed"], definition["null_draws"]
    ratios = {steps: [] for steps in wanted_steps}
    means = []
    for draw in range(draws):
        for order in growing_permutation(len(u), Stream(seed, "null:" + run_id, draw)):
            steps = len(order) - 2
            if steps not in ratios and len(order) < len(u):
                continue
            ct, d, k = terms(u[order], definition["delta"], definition["curvature"], definition["alignment"])
            if steps in ratios:
                ratios[steps].append(ratio_of(ct, clip))
        ct = clipped(ct, clip)
        means.append([float(ct.mean()), late_mean(ct), nan_mean(d), nan_mean(k)])
    comparisons = {steps: compare_with_null(ratio_of(observed[:steps], clip), null)
                   for steps, null in ratios.items()}
    columns = zip(*means) if means else [[]] * 4
    return comparisons, [nan_mean([value for value in column if value is not None]) for column in columns]


# Summaries over runs.


def groups_of(prompts):
    """{category: {prompt: its items}} of (category, prompt), one an item."""
    groups = {}
    for item, (category, prompt) in enumerate(prompts):
        groups.setdefault(category, {}).setdefault(prompt, []).append(item)
    return groups


def bootstrap(prompts, statistics, draws, seed, purpose):
    """[draws, statistics], prompts drawn within their category with all their items; None when no category has two."""
    groups = [list(group.values()) for group in groups_of(prompts).values()]
    if not groups or all(len(group) == 1 for group in groups):
        return None
    rows = []
    for draw in range(draws):
        stream = Stream(seed, purpose, draw)
        drawn = [group[stream.below(len(group))] for group in groups for _ in group]
        rows.append(statistics([item for items in drawn for item in items]))
    return np.array(rows)


def interval(draws, column):
    if draws is None:
        return None, None
    values = draws[:, column]
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return None, None
    return tuple(float(x) for x in np.quantile(values, [0.025, 0.975]))


def regime_of(ratio, bands):
    names = list(bands["intervals"])
    return names[sum(ratio >= cut for cut in bands["cuts"])]


def shares(ratios, bands):
    return {name: float(np.mean([regime_of(r, bands) == name for r in ratios])) for name in bands["intervals"]}


def median_or_nan(values):
    return float(np.median(values)) if len(values) else math.nan


def summarise(entries, report):
    """entries: ((category, prompt), ratio, comparison)"""
    bands, definition = report["bands"], report["definition"]
    if not entries:
        return {"n_runs": 0, "n_prompts": 0}

    def statistics(items):
        chosen = [entries[i] for i in items]
        ratios = [e[1] for e in chosen]
        nulls = [e[2]["mean"] for e in chosen if e[2]]
        excess = [e[1] / e[2]["mean"] for e in chosen if e[2]]
        return [float(np.median(ratios)), float(np.mean(ratios)), median_or_nan(nulls), median_or_nan(excess)]

    draws = bootstrap([e[0] for e in entries], statistics, definition["bootstrap_draws"], definition["seed"],
                      "ratio")
    observed = statistics(range(len(entries)))
    ranges = [interval(draws, i) for i in range(4)]
    holding = [name for name, (low, high) in bands["intervals"].items() if low <= observed[0] <= high]
    compared = [e[2] for e in entries if e[2]]
    groups = groups_of([e[0] for e in entries])
    prompts = sum(len(group) for group in groups.values())

    def estimate(i):
        known = not math.isnan(observed[i])
        return {"value": observed[i] if known else None, "low": ranges[i][0], "high": ranges[i][1]}

    excess = estimate(3)
    if excess["low"] is not None:
        excess["side"] = "above" if excess["low"] > 1 else "below" if excess["high"] < 1 else "inside"
    return {
        "n_runs": len(entries), "n_prompts": prompts,
        "ratio_norm": {"median": observed[0], "low": ranges[0][0], "high": ranges[0][1], "mean": observed[1],
                       "mean_low": ranges[1][0], "mean_high": ranges[1][1],
                       "interval_narrowness": math.sqrt((prompts - len(groups)) / prompts)},
        "regime": regime_of(observed[0], bands), "published_interval": holding[-1] if holding else None,
        "gap": not holding, "distance_to_cut": min(abs(observed[0] - cut) for cut in bands["cuts"]),
        "shares": shares([e[1] for e in entries], bands),
        "confidence": shares(draws[:, 0], bands) if draws is not None else {},
        "null_ratio_norm": estimate(2),
        "null_regime": regime_of(observed[2], bands) if compared else None,
        "ratio_excess": excess,
        "share_distinguishable": float(np.mean([c["distinguishable"] for c in compared])) if compared else None,
        "n_compared_with_null": len(compared),
    }


def mean_estimate(values, prompts, definition, purpose):
    if not values:
        return {"value": None}
    draws = bootstrap(prompts, lambda items: [float(np.mean([values[i] for i in items]))],
                      definition["bootstrap_draws"], definition["seed"], purpose)
    low, high = interval(draws, 0)
    return {"value": float(np.mean(values)), "low": low, "high": high}


def slope(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if len(set(x)) < 2:
        return math.nan
    return float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())


def entropy_states(runs, definition):
    pooled = np.array([e for run in runs for e in run])
    if len(pooled) == 0:
        return {"low_episodes": 0, "reopenings": 0}
    q25, q75 = (float(x) for x in np.quantile(pooled, [0.25, 0.75]))
    if q25 == q75:
        return {"q25": q25, "q75": q75, "rate": None}

    def count(sequences):
        low = reopened = 0
        for sequence in sequences:
            state = None
            for entropy in sequence:
                if entropy <= q25 and state != "low":
                    low, state = low + 1, "low"
                elif entropy >= q75 and state != "high":
                    reopened, state = reopened + (state == "low"), "high"
        return low, reopened

    low, reopened = count(runs)
    rates = []
    for draw in range(definition["null_draws"]):
        stream = Stream(definition["seed"], "entropy", draw)
        shuffled = []
        for run in runs:
            order = []
            for order in growing_permutation(len(run), stream):
                pass
            shuffled.append([run[i] for i in order])
        shuffled_low, shuffled_reopened = count(shuffled)
        if shuffled_low:
            rates.append(shuffled_reopened / shuffled_low)
    bounds = np.quantile(rates, [0.025, 0.975]) if rates else (None, None)
    return {"q25": q25, "q75": q75, "low_episodes": low, "reopenings": reopened,
            "rate": reopened / low if low else None, "shuffled_rate": float(np.mean(rates)) if rates else None,
            "shuffled_low": bounds[0], "shuffled_high": bounds[1]}


def new_tokens(sample):
    return sample["generated_ids"][:-1] if sample["finish"] == "eos" else sample["generated_ids"]


def repetition(sample):
    """Whether the text ends in a loop, by trying every start and period, and its repeated 4-grams."""
    ids = new_tokens(sample)
    found = [(start, period) for start in range(len(ids)) for period in range(1, len(ids) + 1)
             if len(ids) - start >= max(4, 3 * period) and all(ids[i] == ids[i - period]
                                                              for i in range(start + period, len(ids)))]
    start, period = min(found, default=(None, None))
    grams = [tuple(ids[i:i + 4]) for i in range(len(ids) - 3)]
    return {"loops": bool(found), "start": start, "period": period,
            "repeated_4grams": 1 - len(set(grams)) / len(grams) if grams else None}


def silent_collapse(sample):
    ids = new_tokens(sample)
    if not sample["generated_text"].strip():
        return True
    tail = max(4, math.ceil(len(ids) / 4))
    return len(ids) >= tail and len(set(ids[-tail:])) == 1
