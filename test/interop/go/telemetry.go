package main

import (
	"context"
	"errors"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otellog "go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// telemetry is the ordinary SDK, set up from the standard variables.
type telemetry struct {
	tracer      trace.Tracer
	logger      otellog.Logger
	predictions metric.Int64Counter
	shutdown    func(context.Context) error
}

type exporters struct {
	spans   sdktrace.SpanExporter
	logs    sdklog.Exporter
	metrics sdkmetric.Exporter
}

func newExporters(ctx context.Context) (made exporters, err error) {
	var failures [3]error
	if os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" {
		made.spans, failures[0] = otlptracegrpc.New(ctx)
		made.logs, failures[1] = otlploggrpc.New(ctx)
		made.metrics, failures[2] = otlpmetricgrpc.New(ctx)
	} else {
		made.spans, failures[0] = otlptracehttp.New(ctx)
		made.logs, failures[1] = otlploghttp.New(ctx)
		made.metrics, failures[2] = otlpmetrichttp.New(ctx)
	}
	return made, errors.Join(failures[:]...)
}

func startTelemetry(ctx context.Context) (telemetry, error) {
	made, err := newExporters(ctx)
	if err != nil {
		return telemetry{}, err
	}
	described, err := resource.New(ctx, resource.WithFromEnv(), resource.WithTelemetrySDK())
	if err != nil {
		return telemetry{}, err
	}
	spans := sdktrace.NewTracerProvider(sdktrace.WithResource(described), sdktrace.WithBatcher(made.spans))
	logs := sdklog.NewLoggerProvider(
		sdklog.WithResource(described),
		sdklog.WithProcessor(sdklog.NewBatchProcessor(made.logs)),
	)
	metrics := sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(described),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(made.metrics)),
	)
	predictions, err := metrics.Meter("flight-service").Int64Counter("ml.predictions")
	if err != nil {
		return telemetry{}, err
	}
	return telemetry{
		tracer:      spans.Tracer("flight-service"),
		logger:      logs.Logger("flight-service"),
		predictions: predictions,
		shutdown: func(ctx context.Context) error {
			return errors.Join(spans.Shutdown(ctx), logs.Shutdown(ctx), metrics.Shutdown(ctx))
		},
	}, nil
}

func (t telemetry) emit(ctx context.Context, event string, attributes ...attribute.KeyValue) {
	var record otellog.Record
	record.SetEventName(event)
	record.SetTimestamp(time.Now())
	record.AddAttributes(attributes...)
	t.logger.Emit(ctx, record)
}
