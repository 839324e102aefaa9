"""Drift of a Parquet file against another with Evidently, as its documentation shows it: one report with the preset.

Prints the CPU seconds of this process, all threads, from after the imports: with the reading of the files and without.
"""

import json
import resource
import sys
import time
from importlib.metadata import version

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset

started, wall = time.process_time(), time.perf_counter()
reference, current = (pd.read_parquet(path) for path in sys.argv[1:3])
read = time.process_time()
report = Report([DataDriftPreset()]).run(current_data=current, reference_data=reference)
result = report.dict()
done = time.process_time()

columns = [metric["config"]["column"] for metric in result["metrics"] if "column" in metric["config"]]
json.dump(
    {
        "version": version("evidently"),
        "columns": columns,
        "cpuSeconds": done - read,
        "cpuSecondsWithReading": done - started,
        "seconds": time.perf_counter() - wall,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    },
    sys.stdout,
)
