"""What NannyML's data reconstruction says of rows of scikit-learn's data sets, learned from other rows of them.

Writes, for each data set, both sides as rows, the mean error of the second in chunks of 25 rows, and the components.
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from nannyml import DataReconstructionDriftCalculator
from sklearn import datasets

warnings.filterwarnings("ignore")
CHUNK = 25


def reconstruct(load):
    frame = load(as_frame=True).data
    # A category beside the numbers: the first column cut at its own quantiles, of uneven width.
    frame["band"] = pd.qcut(frame.iloc[:, 0], [0, 0.1, 0.3, 0.6, 1], labels=list("abcd")).astype(str)
    coin = np.random.default_rng(5).random(len(frame)) < 0.5
    learn, ask = frame[coin].reset_index(drop=True), frame[~coin].reset_index(drop=True)
    ask = ask.iloc[: len(ask) // CHUNK * CHUNK]
    calculator = DataReconstructionDriftCalculator(column_names=list(frame.columns), chunk_size=CHUNK).fit(learn)
    result = calculator.calculate(ask).filter(period="analysis").to_df()
    return {
        "names": list(frame.columns),
        "learn": learn.values.tolist(),
        "ask": ask.values.tolist(),
        "errors": result[("reconstruction_error", "value")].tolist(),
        "components": calculator._pca.components_.tolist(),
    }


def main():
    load = {"iris": datasets.load_iris, "wine": datasets.load_wine, "breast cancer": datasets.load_breast_cancer}
    json.dump({"chunk": CHUNK, "sets": {name: reconstruct(of) for name, of in load.items()}}, sys.stdout)


main()
