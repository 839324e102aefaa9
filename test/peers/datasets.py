"""Writes the data sets of scikit-learn that come with its package as pairs of CSV files, a reference and a current one.

Each data set is split twice: by what it is about (its class, or its target above the median), so that the two sides
differ, and by a seeded coin, so that they do not. `band` is the first column cut into five by its own quantiles: a
category, of which a side may lack some; `half` is the last one cut into two. In the pairs called `gaps` one value in ten of the current side is missing.
Prints the names of the pairs.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets

BUNDLED = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "diabetes": lambda **options: datasets.load_diabetes(scaled=False, **options),
}


def gaps(frame, random):
    return frame.mask(pd.DataFrame(random.random(frame.shape) < 0.1, index=frame.index, columns=frame.columns))


def main(folder):
    random = np.random.default_rng(7)
    names = []
    for name, load in BUNDLED.items():
        bunch = load(as_frame=True)
        frame = bunch.data.rename(columns=lambda column: column.replace(" ", "_"))
        frame["band"] = pd.qcut(frame.iloc[:, 0], 5, labels=list("abcde")).astype(str)
        frame["half"] = pd.qcut(frame[bunch.data.columns[-1].replace(" ", "_")], 2, labels=["low", "high"]).astype(str)
        by_subject = bunch.target > bunch.target.median() if name == "diabetes" else bunch.target != 0
        by_coin = random.random(len(frame)) < 0.5
        sides = {
            f"{name} by subject": (frame[~by_subject], frame[by_subject]),
            f"{name} by coin": (frame[~by_coin], frame[by_coin]),
            f"{name} by coin with gaps": (frame[~by_coin], gaps(frame[by_coin], random)),
        }
        for pair, (reference, current) in sides.items():
            reference.to_csv(folder / f"{pair}.reference.csv", index=False)
            current.to_csv(folder / f"{pair}.current.csv", index=False)
            names.append(pair)
    print(json.dumps(names))


main(Path(sys.argv[1]))
