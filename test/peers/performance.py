"""Models of scikit-learn, what they predict of rows that they have not seen, and what scikit-learn and NannyML say of it.

Writes, for each model, the rows (prediction, score, what really happened) and the numbers. `flights` reads two Parquet
files whose paths are the parameters: what to learn from and what to predict.
"""

import json
import sys
import warnings

import numpy as np
import pandas as pd
from nannyml.performance_estimation.confidence_based import metrics as estimated
from sklearn import datasets, linear_model, metrics
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")


def classifier():
    return make_pipeline(StandardScaler(), linear_model.LogisticRegression(max_iter=1000))


def binary(learn, labels, ask, truth):
    model = classifier().fit(learn, labels)
    value, score = model.predict(ask), model.predict_proba(ask)[:, 1]
    t, f = metrics.confusion_matrix(truth, value).ravel(), metrics
    return {
        "rows": {"value": value.astype(bool).tolist(), "score": score.tolist(), "truth": truth.astype(bool).tolist()},
        "sklearn": {
            "accuracy": f.accuracy_score(truth, value),
            "precision": f.precision_score(truth, value),
            "recall": f.recall_score(truth, value),
            "specificity": t[0] / (t[0] + t[1]),
            "f1": f.f1_score(truth, value),
            "balancedAccuracy": f.balanced_accuracy_score(truth, value),
            "matthewsCorrelation": f.matthews_corrcoef(truth, value),
            "auc": f.roc_auc_score(truth, score),
            "averagePrecision": f.average_precision_score(truth, score),
            "brier": f.brier_score_loss(truth, score),
            "logLoss": f.log_loss(truth, score),
        },
        "nannyml": {
            "accuracy": estimated.estimate_accuracy(value, score),
            "precision": estimated.estimate_precision(value, score),
            "recall": estimated.estimate_recall(value, score),
            "specificity": estimated.estimate_specificity(value, score),
            "f1": estimated.estimate_f1(value, score),
        },
    }


def regression(learn, labels, ask, truth):
    value = linear_model.LinearRegression().fit(learn, labels).predict(ask)
    return {
        "rows": {"value": value.tolist(), "truth": truth.astype(float).tolist()},
        "sklearn": {
            "mae": metrics.mean_absolute_error(truth, value),
            "rmse": metrics.root_mean_squared_error(truth, value),
            "bias": float(np.mean(value - truth)),
            "r2": metrics.r2_score(truth, value),
        },
    }


def halves(load):
    x, y = load(return_X_y=True)
    learn, ask, labels, truth = train_test_split(x, y, test_size=0.5, random_state=3)
    return learn, labels, ask, truth


def flights(path):
    frame = pd.read_parquet(path)
    return frame[["hour", "distance", "weekday"]].to_numpy(dtype=float), frame["late"].to_numpy()


def main(january, february):
    answer = {
        "breast cancer": binary(*halves(datasets.load_breast_cancer)),
        "flights": binary(*flights(january), *flights(february)),
        "nothing": {"sklearn": {"precision": metrics.precision_score([0, 0, 0, 1, 1], [0, 0, 0, 0, 0])}},
        "diabetes": regression(*halves(datasets.load_diabetes)),
    }
    json.dump(answer, sys.stdout, default=float)


main(*sys.argv[1:])
