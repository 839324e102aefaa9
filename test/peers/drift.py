"""What scipy, Evidently and NannyML say of the raw values of two files, column by column.

Reads a list of pairs from standard input: the two files and, for each column, the bins that Plumbline froze. Writes for
each column the numbers of each peer and, where a peer bins, the counts in ITS bins, so that Plumbline's formulas can be
asked about the same counts. Numbers that JSON has no word for are texts.
"""

import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations import stattests as evidently
from evidently.legacy.calculations.stattests.tvd_stattest import _total_variation_distance
from evidently.legacy.calculations.stattests.utils import get_binned_data
from evidently.legacy.core import ColumnType
from nannyml.drift.univariate.methods import FeatureType, MethodFactory
from nannyml.thresholds import ConstantThreshold
from scipy import stats
from scipy.spatial import distance

warnings.filterwarnings("ignore")
# Above as many values of the reference, NannyML takes 10,000 bins of equal width for its continuous statistics.
NANNYML_EXACT_BELOW = 10_000


def read(path):
    return pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)


def divided(counts):
    return counts / counts.sum()


def own_counts(values, column):
    """The raw values in Plumbline's bins: those of the profile, in order, and those that drift is computed on."""
    present = values.dropna()
    missing = len(values) - len(present)
    if column["kind"] == "numeric":
        x = present.to_numpy(dtype=float)
        upper = np.array(column["upper"])
        below = int((x < column["min"]).sum())
        above = int((x > upper[-1]).sum())
        inside = x[(x >= column["min"]) & (x <= upper[-1])]
        bins = np.bincount(np.searchsorted(upper, inside, side="left"), minlength=len(upper))
        return bins, [below, above, missing]
    found = present.value_counts()
    bins = np.array([int(found.get(category, 0)) for category in column["categories"]])
    return bins, [int(len(present) - bins.sum()), missing]


def drift_bins(reference, column):
    """For each bin of the profile the number of its drift bin, by the rule in the head of `drift-bins.ts`."""
    count = reference.sum()
    if column["kind"] == "numeric":
        middle = (np.cumsum(reference) - reference / 2) / count
        deciles = np.minimum(9, np.floor(middle * 10)).astype(int)
        return np.unique(deciles, return_inverse=True)[1]
    kept = reference >= count * 0.005
    return np.where(kept, np.cumsum(kept) - 1, kept.sum())


def same_bins(reference, current, column):
    """scipy's statistics over Plumbline's bins."""
    reference_bins, reference_besides = own_counts(reference, column)
    current_bins, current_besides = own_counts(current, column)
    place = drift_bins(reference_bins, column)

    def drift_counts(bins, besides):
        merged = np.bincount(place, weights=bins, minlength=place.max() + 1)
        return np.concatenate([merged, besides])

    r = drift_counts(reference_bins, reference_besides)
    c = drift_counts(current_bins, current_besides)
    occupied = (r > 0) | (c > 0)
    r, c = r[occupied], c[occupied]
    p, q = divided(c), divided(r)
    smooth_p, smooth_q = divided(c + 0.5), divided(r + 0.5)
    chi2 = stats.chi2_contingency(np.array([c, r]), correction=False)
    numbers = {
        "psi": stats.entropy(smooth_p, smooth_q) + stats.entropy(smooth_q, smooth_p),
        "js": distance.jensenshannon(p, q, base=2),
        "hellinger": distance.euclidean(np.sqrt(p), np.sqrt(q)) / math.sqrt(2),
        "tv": distance.cityblock(p, q) / 2,
        "linf": distance.chebyshev(p, q),
        "kl": stats.entropy(p, q),
        "chi2": chi2.statistic,
        "chi2P": chi2.pvalue,
    }
    if column["kind"] == "numeric":
        ordered = [
            np.concatenate([[besides[0]], bins, [besides[1]]])
            for bins, besides in [(reference_bins, reference_besides), (current_bins, current_besides)]
        ]
        ranks = [np.repeat(np.arange(len(counts)), counts) for counts in ordered]
        numbers["ks"] = stats.ks_2samp(*ranks, method="asymp").statistic
        positions = column["positions"]
        numbers["wasserstein"] = stats.wasserstein_distance(positions, positions, ordered[1], ordered[0])
    return numbers


def raw(reference, current):
    """scipy on the raw values of a numeric column."""
    x, y = current.to_numpy(dtype=float), reference.to_numpy(dtype=float)
    ks = stats.ks_2samp(x, y, method="auto")
    limit = stats.kstwobign.sf(ks.statistic * math.sqrt(len(x) * len(y) / (len(x) + len(y))))
    # scipy gives values that are the same a middle rank; where there are none, there is one definition only.
    untied = np.arange(len(x) + len(y), dtype=float)
    order = np.concatenate([x, y]).argsort(kind="stable")
    ranks = np.empty_like(untied)
    ranks[order] = untied
    small = len(x) * len(y) <= 1_000_000
    return {
        "ks": ks.statistic,
        "ksP": ks.pvalue,
        "ksLimitP": limit,
        "wasserstein": stats.wasserstein_distance(x, y),
        "mean": x.mean(),
        "standardDeviation": x.std(ddof=1),
        "referencePopulationDeviation": y.std(),
        "untied": [ranks[: len(x)].tolist(), ranks[len(x) :].tolist()] if small else None,
        "cramerVonMisesUntied": stats.cramervonmises_2samp(ranks[: len(x)], ranks[len(x) :]).statistic
        if small
        else None,
    }


def evidently_says(reference, current, numeric):
    kind = ColumnType.Numerical if numeric else ColumnType.Categorical

    def score(test):
        return test(reference.copy(), current.copy(), kind, None).drift_score

    shares = get_binned_data(reference, current, kind, 30, False)
    filled = get_binned_data(reference, current, kind, 30, True)
    floors = [
        float(full[empty == 0][0]) if (empty == 0).any() else 0.0 for empty, full in zip(shares, filled, strict=True)
    ]
    numbers = {
        "referenceCounts": np.rint(shares[0] * len(reference)).tolist(),
        "currentCounts": np.rint(shares[1] * len(current)).tolist(),
        "referenceFloor": floors[0],
        "currentFloor": floors[1],
        "referenceFilled": filled[0].tolist(),
        "currentFilled": filled[1].tolist(),
        "psi": score(evidently.psi_stat_test),
        "js": score(evidently.jensenshannon_stat_test),
        "kl": score(evidently.kl_div_stat_test),
        "hellinger": score(evidently.hellinger_stat_test),
    }
    if numeric:
        keys = list(set(reference.unique()) | set(current.unique()))
        edges = np.histogram_bin_edges(keys, bins="sturges")
        numbers["hellingerReferenceCounts"] = np.histogram(reference, edges)[0].tolist()
        numbers["hellingerCurrentCounts"] = np.histogram(current, edges)[0].tolist()
        numbers["wassersteinNormed"] = score(evidently.wasserstein_stat_test)
        numbers["ksP"] = score(evidently.ks_stat_test)
    else:
        numbers["hellingerReferenceCounts"] = numbers["referenceCounts"]
        numbers["hellingerCurrentCounts"] = numbers["currentCounts"]
        numbers["chi2P"] = score(evidently.chi_stat_test)
        numbers["tv"] = _total_variation_distance(reference, current)
    return numbers


def nannyml_says(reference, current, numeric):
    kind = FeatureType.CONTINUOUS if numeric else FeatureType.CATEGORICAL

    def fitted(key):
        method = MethodFactory.create(key, kind, chunker=None, threshold=ConstantThreshold())
        return method._fit(reference)

    def outside(counts, size):
        return [*counts, size - sum(counts)]

    js = fitted("jensen_shannon")
    numbers = {"js": js._calculate(current), "hellinger": fitted("hellinger")._calculate(current)}
    if not numeric:
        found = current.value_counts()
        numbers["referenceCounts"] = outside(np.rint(js._reference_proba_in_bins * len(reference)).tolist(), len(reference))
        numbers["currentCounts"] = outside([int(found.get(key, 0)) for key in js._bins], len(current))
        numbers["chi2"] = fitted("chi2")._calculate(current)
        numbers["linf"] = fitted("l_infinity")._calculate(current)
        return numbers
    numbers["referenceCounts"] = outside(np.histogram(reference, js._bins)[0].tolist(), len(reference))
    numbers["currentCounts"] = outside(np.histogram(current, js._bins)[0].tolist(), len(current))
    numbers["ks"] = fitted("kolmogorov_smirnov")._calculate(current)
    wasserstein = fitted("wasserstein")
    numbers["wasserstein"] = wasserstein._calculate(current)
    if len(reference) >= NANNYML_EXACT_BELOW:
        edges = wasserstein._bin_edges
        below, above = int((current < edges[0]).sum()), int((current > edges[-1]).sum())
        inside = current[(current >= edges[0]) & (current <= edges[-1])]
        numbers["fine"] = {
            "edges": edges.tolist(),
            "referenceCounts": [0, *np.histogram(reference, edges)[0].tolist(), 0],
            "currentCounts": [below, *np.histogram(current, edges)[0].tolist(), above],
            "insideCounts": np.histogram(inside, edges)[0].tolist(),
            "insideWasserstein": wasserstein._calculate(inside),
        }
    return numbers


def compare(pair):
    reference, current = read(pair["reference"]), read(pair["current"])
    answers = {}
    for column in pair["columns"]:
        name = column["name"]
        numeric = column["kind"] == "numeric"
        r, c = reference[name].dropna(), current[name].dropna()
        if numeric:
            r, c = r.astype(float), c.astype(float)
        answers[name] = {
            "scipy": same_bins(reference[name], current[name], column),
            **({"raw": raw(r, c)} if numeric else {}),
            "evidently": evidently_says(r, c, numeric),
            "nannyml": nannyml_says(r, c, numeric),
        }
    return answers


def plain(value):
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else str(float(value))
    return value.item() if isinstance(value, np.generic) else value


# The peers print to standard output while they are imported and asked.
answer, sys.stdout = sys.stdout, sys.stderr
json.dump(plain([compare(pair) for pair in json.load(sys.stdin)]), answer)
