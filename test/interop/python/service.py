"""A model service in Python that is instrumented with plain OpenTelemetry, as docs for any language describe it.

It reads calls as JSON lines from standard input, answers each on standard output, and flushes when the input ends. Where
telemetry goes, how, and of which model are the standard variables: OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL, _COMPRESSION
and OTEL_RESOURCE_ATTRIBUTES.
"""

import json
import math
import os
import sys

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Status, StatusCode

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

spans = TracerProvider()
spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs = LoggerProvider()
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
metrics = MeterProvider(metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())])

tracer = spans.get_tracer("flight-service")
logger = logs.get_logger("flight-service")
predictions = metrics.get_meter("flight-service").create_counter("ml.predictions")


def score(flight):
    """The model. A distance that is not known counts as an average one."""
    if not 0 <= flight["hour"] <= 23:
        raise ValueError(f"{flight['hour']} is no hour of the day")
    distance = flight["distance"] if flight["distance"] is not None else 800
    return 1 / (1 + math.exp((12 - flight["hour"]) / 4 + (800 - distance) / 2000))


def features(flight):
    """What the model was given: a distance that is not known is NaN, an origin that is not known is not there."""
    given = {
        "distance": math.nan if flight["distance"] is None else float(flight["distance"]),
        "hour": flight["hour"],
        "weekend": flight["weekend"],
    }
    if flight["origin"] is not None:
        given["origin"] = flight["origin"]
    return given


def as_attributes(values):
    return {f"ml.feature.{name}": value for name, value in values.items()}


def overrides(call):
    """The version stands on the resource; a span or record that is of another version says so."""
    chosen = {"ml.model.role": call.get("role", "champion")}
    if "version" in call:
        chosen["ml.model.version"] = call["version"]
    if "id" in call:
        chosen["ml.prediction.id"] = call["id"]
    return chosen


def predict(call):
    flight = call["flight"]
    with tracer.start_as_current_span("POST /predict"):
        with tracer.start_as_current_span("predict", record_exception=True, set_status_on_exception=False) as span:
            # Beyond its limit of attributes this SDK drops those that were set first: what must not go comes last.
            span.set_attributes({f"ml.feature.extra_{i}": value for i, value in enumerate(call.get("extras", []))})
            span.set_attributes(as_attributes(features(flight)))
            span.set_attributes(overrides(call))
            predictions.add(1)
            try:
                result = score(flight)
            except ValueError as error:
                span.record_exception(error)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                span.set_attribute("error.type", "ValueError")
                return {"error": "ValueError"}
            span.set_attributes({"ml.prediction.score": result, "ml.prediction.value": result > 0.5})
            if "actual" in call:
                # In the span's own context: the record carries its trace and span id, which is the join key.
                logger.emit(event_name="ml.ground_truth", attributes={"ml.ground_truth.value": call["actual"]})
            return {"score": result, "value": result > 0.5}


def predict_as_log(call):
    """The same as an event, its features together in one attribute."""
    result = score(call["flight"])
    attributes = {
        **overrides(call),
        "ml.features": features(call["flight"]),
        "ml.prediction.score": result,
        "ml.prediction.value": result > 0.5,
    }
    logger.emit(event_name="ml.prediction", attributes=attributes)
    return {"score": result, "value": result > 0.5}


def predict_batch(call):
    flights = call["flights"]
    results = [score(flight) for flight in flights]
    with tracer.start_as_current_span("predict") as span:
        span.set_attributes(
            {
                "ml.batch.size": len(flights),
                "ml.model.role": "champion",
                "ml.prediction.id": call["ids"],
                "ml.feature.distance": [features(flight)["distance"] for flight in flights],
                "ml.feature.hour": [flight["hour"] for flight in flights],
                "ml.feature.weekend": [flight["weekend"] for flight in flights],
                "ml.feature.origin": [flight["origin"] or "" for flight in flights],
                "ml.prediction.score": results,
                "ml.prediction.value": [result > 0.5 for result in results],
            }
        )
    predictions.add(len(flights))
    return {"scores": results, "values": [result > 0.5 for result in results]}


def ground_truth(call):
    attributes = {"ml.prediction.id": call["id"]}
    if "value" in call:
        attributes["ml.ground_truth.value"] = call["value"]
    if call["carrier"] == "log":
        logger.emit(event_name="ml.ground_truth", attributes=attributes)
    else:
        with tracer.start_as_current_span("flight landed", attributes=attributes):
            pass
    return {}


CALLS = {
    "predict": predict,
    "predict_as_log": predict_as_log,
    "predict_batch": predict_batch,
    "ground_truth": ground_truth,
}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(CALLS[request["call"]](request)), flush=True)

for provider in (spans, logs, metrics):
    provider.shutdown()
