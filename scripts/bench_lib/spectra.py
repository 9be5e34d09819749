"""The published Intelliton analysis of one field in NumPy, layer after layer, for its cost.

A re-enactment: written from the description of the method (docs/methods.md), not the published program. It leaves out tables and
figures, so it is rather cheaper than the original. Shapes: field [N, T, D].
"""
from dataclasses import dataclass

import numpy as np
from scipy.optimize import curve_fit

TINY = 1e-10
MODES, SKIPPED_LAYERS, FLOW_WINDOW = 20, 5, 4


@dataclass
class Modes:
    """Of one layer: token vectors [T, K], singular values [K], channel vectors [K, D]."""

    left: np.ndarray
    values: np.ndarray
    right: np.ndarray


def modes_of(layer):
    left, values, right = np.linalg.svd(layer, full_matrices=False)
    count = min(MODES, len(values))
    left, values, right = left[:, :count], values[:count], right[:count]
    largest = np.abs(right).argmax(axis=1)
    signs = np.where(right[np.arange(count), largest] < 0, -1.0, 1.0)
    return Modes(left * signs, values, right * signs[:, None])


def cosines(a, b):
    scale = (np.linalg.norm(a, axis=1) + 1e-8)[:, None] * (np.linalg.norm(b, axis=1) + 1e-8)
    return np.abs(a @ b.T) / scale


def chains(layers):
    """[N, K]: which mode of each layer continues mode i of the first one."""
    rows = [np.arange(len(layers[0].values))]
    for before, after in zip(layers, layers[1:]):
        match = cosines(before.right, after.right).argmax(axis=1)
        rows.append(match[rows[-1]])
    return np.stack(rows)


def waves(left):
    """|FFT of the token vectors| [T, K] and the momenta [T]."""
    tokens = len(left)
    momenta = 2 * np.pi * np.arange(tokens) / tokens
    momenta[momenta > np.pi] -= 2 * np.pi
    return np.abs(np.fft.fft(left, axis=0)) / np.sqrt(tokens), momenta


def spins(spectrum):
    power = spectrum**2 / ((spectrum**2).sum(axis=0) + TINY)
    entropy = -(power * np.log(power + TINY)).sum(axis=0)
    return 2 * np.clip(entropy / max(np.log(len(power)), TINY), 0, 1)


def spectral_density(correlator):
    """(frequencies, density) of the zero-padded correlator, and where its peaks are."""
    padded = np.zeros(max(64, 4 * len(correlator)))
    padded[: len(correlator)] = correlator
    density = np.abs(np.fft.rfft(padded)) ** 2
    inner = (density[1:-1] > density[:-2]) & (density[1:-1] > density[2:]) & (density[1:-1] >= 0.1 * density.max())
    return np.linspace(0, np.pi, len(density)), density, np.flatnonzero(inner) + 1


def pole_mass(correlator):
    frequencies, _, peaks = spectral_density(correlator)
    if len(peaks):
        return 2 * np.sinh(frequencies[peaks[0]] / 2)
    safe = np.maximum(correlator, TINY)
    return abs(np.mean(np.log(safe[:-1] / safe[1:])))


def fit(curve, x, y, start, bounds):
    """Parameters of a bounded least-squares fit, or its start where there is none."""
    try:
        return curve_fit(curve, x, y, p0=start, bounds=bounds)[0]
    except (RuntimeError, ValueError):
        return np.array(start)


def resonance(correlator):
    """(amplitude, centre, width) of a Lorentzian over the whole density, started at its first peak."""
    frequencies, density, peaks = spectral_density(correlator)
    if not len(peaks):
        return np.array([0, 0, np.pi])
    width, centre = 0.1, frequencies[peaks[0]]
    lorentzian = lambda w, a, w0, g: a / ((w - w0) ** 2 + (g / 2) ** 2)
    start = [density[peaks[0]] * (width / 2) ** 2, centre, width]
    return fit(lorentzian, frequencies, density, start, ([0, 0, 1e-4], [np.inf, np.pi, np.pi]))


def dispersion_mass(energy, momenta):
    inner = np.abs(momenta) <= 2 * np.pi / 3
    if inner.sum() < 3:
        return energy[0]
    relation = lambda k, mass: np.sqrt(mass**2 + (2 * np.sin(k / 2)) ** 2)
    mass = fit(relation, momenta[inner], energy[inner], [max(energy[0], 0.01)], (0, np.inf))[0]
    left = ((energy[inner] - relation(momenta[inner], mass)) ** 2).sum()
    explains = left <= ((energy[inner] - energy[inner].mean()) ** 2).sum() + TINY
    return mass if explains else energy[0]


def lattice_mass(energies, momenta):
    squares = energies**2 - (2 * np.sin(momenta / 2)) ** 2
    return np.sqrt(np.median(squares[squares > 0])) if (squares > 0).any() else energies[0]


def slopes(rows):
    """Least-squares slope of every column over the row number."""
    return np.polyfit(np.arange(len(rows)), rows, 1)[0] if len(rows) > 1 else np.zeros(rows.shape[1])


def smooth(rows):
    """Savitzky-Golay over rows: parabolas through seven, those of the ends evaluated beyond their middle."""
    at, result = np.arange(-3.0, 4.0), rows.copy()
    parabola = lambda window, x: np.array([x * x, x, 1]) @ np.polyfit(at, window, 2)
    for row in range(len(rows)):
        middle = min(max(row, 3), len(rows) - 4)
        result[row] = parabola(rows[middle - 3 : middle + 4], row - middle)
    return result


def running_mass(values):
    """[N, K]: minus the slope of ln sigma over a window of layers, smoothed."""
    logs, half = np.log(np.maximum(values, TINY)), FLOW_WINDOW // 2
    masses = -np.stack([slopes(logs[max(0, l - half) : l + half + 1]) for l in range(len(logs))])
    return smooth(masses) if len(logs) > 7 else masses


@dataclass
class Spectrum:
    layers: list
    values: np.ndarray
    masses: np.ndarray
    lattice: np.ndarray
    spin: np.ndarray
    dispersion: np.ndarray
    resonances: np.ndarray
    flow: np.ndarray
    power: np.ndarray


def spectrum_of(field):
    layers = [modes_of(layer) for layer in field]
    count = min(len(layer.values) for layer in layers)
    chain = chains([Modes(l.left[:, :count], l.values[:count], l.right[:count]) for l in layers])
    values = np.stack([layer.values[:count] for layer in layers])
    amplitudes = np.take_along_axis(values, chain, axis=1)
    first = min(SKIPPED_LAYERS, len(field) - 2)
    correlators = amplitudes[first:] / np.maximum(amplitudes[first], TINY)
    spectra = [waves(layer.left[:, :count])[0] for layer in layers]
    momenta = waves(layers[0].left)[1]
    steps = [np.log((after + TINY) / (before + TINY)) for before, after in zip(spectra[first:], spectra[first + 1 :])]
    energies = np.abs(np.mean(steps, axis=0))
    power = (np.abs(np.fft.fft(field, axis=1)) ** 2).sum(axis=2) / field.shape[1]
    return Spectrum(
        layers,
        values,
        np.array([pole_mass(correlators[:, i]) for i in range(count)]),
        np.array([lattice_mass(energies[:, i], momenta) for i in range(count)]),
        np.stack([spins(s) for s in spectra]),
        np.array([dispersion_mass(energies[:, i], momenta) for i in range(count)]),
        np.stack([resonance(correlators[:, i]) for i in range(count)]),
        running_mass(values),
        power,
    )


def divergence(a, b):
    """Jensen-Shannon divergence of two spectra's shares."""
    p, q = a**2 / (a**2).sum(), b**2 / (b**2).sum()
    middle = (p + q) / 2
    return sum((s * np.log((s + TINY) / (middle + TINY))).sum() / 2 for s in (p, q))


def compare(grounded, prone):
    """Per layer: divergence of the singular spectra and mean stability of the modes; the shorter field is padded."""
    tokens = max(grounded.shape[1], prone.shape[1])
    pad = lambda field: np.pad(field, ((0, 0), (0, tokens - field.shape[1]), (0, 0)))
    found = []
    for one, other in zip(pad(grounded), pad(prone)):
        a, b = modes_of(one), modes_of(other)
        found.append((divergence(a.values, b.values), cosines(a.right, b.right).max(axis=1).mean()))
    return found
