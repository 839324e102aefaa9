"""Drift of a Parquet file against another with whylogs, as its documentation shows it: two profiles, then drift scores.

Prints the CPU seconds of this process, all threads, from after the imports: with the reading of the files and without.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import pandas as pd
import whylogs as why
from whylogs.viz.drift.column_drift_algorithms import calculate_drift_scores

started, wall = time.process_time(), time.perf_counter()
reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
read = time.process_time()
views = [why.log(pandas=frame).profile().view() for frame in (current, reference)]
scores = calculate_drift_scores(target_view=views[0], reference_view=views[1], with_thresholds=True)
done = time.process_time()

json.dump(
    {
        "version": version("whylogs"),
        "columns": [column for column, score in scores.items() if score is not None],
        "cpuSeconds": done - read,
        "cpuSecondsWithReading": done - started,
        "seconds": time.perf_counter() - wall,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    },
    sys.stdout,
)
