// Command service is a model service in Go that is instrumented with plain OpenTelemetry, as docs for any language
// describe it. It reads calls as JSON lines from standard input, answers each on standard output, and flushes when the
// input ends. Where telemetry goes, how, and of which model are the standard variables: OTEL_EXPORTER_OTLP_ENDPOINT,
// _PROTOCOL, _COMPRESSION and OTEL_RESOURCE_ATTRIBUTES.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

type flight struct {
	Distance *float64 `json:"distance"`
	Hour     int      `json:"hour"`
	Origin   *string  `json:"origin"`
	Weekend  bool     `json:"weekend"`
}

type call struct {
	Call    string    `json:"call"`
	ID      string    `json:"id"`
	Role    string    `json:"role"`
	Version *string   `json:"version"`
	Flight  flight    `json:"flight"`
	Extras  []float64 `json:"extras"`
	Actual  *bool     `json:"actual"`
	IDs     []string  `json:"ids"`
	Flights []flight  `json:"flights"`
	Carrier string    `json:"carrier"`
	Value   *bool     `json:"value"`
}

type answer struct {
	Score  float64   `json:"score,omitempty"`
	Value  *bool     `json:"value,omitempty"`
	Error  string    `json:"error,omitempty"`
	Scores []float64 `json:"scores,omitempty"`
	Values []bool    `json:"values,omitempty"`
}

// hourError is what the model fails with.
type hourError int

func (hour hourError) Error() string { return fmt.Sprintf("%d is no hour of the day", int(hour)) }

// score is the model. A distance that is not known counts as an average one.
func score(given flight) (float64, error) {
	if given.Hour < 0 || given.Hour > 23 {
		return 0, hourError(given.Hour)
	}
	distance := 800.0
	if given.Distance != nil {
		distance = *given.Distance
	}
	return 1 / (1 + math.Exp(float64(12-given.Hour)/4+(800-distance)/2000)), nil
}

// distanceOf is NaN where it is not known.
func distanceOf(given flight) float64 {
	if given.Distance == nil {
		return math.NaN()
	}
	return *given.Distance
}

// features are what the model was given; an origin that is not known is not there.
func features(given flight) []attribute.KeyValue {
	attributes := []attribute.KeyValue{
		attribute.Float64("ml.feature.distance", distanceOf(given)),
		attribute.Int("ml.feature.hour", given.Hour),
		attribute.Bool("ml.feature.weekend", given.Weekend),
	}
	if given.Origin != nil {
		attributes = append(attributes, attribute.String("ml.feature.origin", *given.Origin))
	}
	return attributes
}

// role is whatever the call says, or champion.
func (c call) role() string {
	if c.Role == "" {
		return "champion"
	}
	return c.Role
}

type service struct{ telemetry }

func (s service) predict(ctx context.Context, c call) answer {
	ctx, request := s.tracer.Start(ctx, "POST /predict", trace.WithSpanKind(trace.SpanKindServer))
	defer request.End()
	ctx, span := s.tracer.Start(ctx, "predict")
	defer span.End()

	span.SetAttributes(attribute.String("ml.model.role", c.role()))
	// The version stands on the resource; a span that is of another version says so.
	if c.Version != nil {
		span.SetAttributes(attribute.String("ml.model.version", *c.Version))
	}
	if c.ID != "" {
		span.SetAttributes(attribute.String("ml.prediction.id", c.ID))
	}
	span.SetAttributes(features(c.Flight)...)
	s.predictions.Add(ctx, 1)
	result, err := score(c.Flight)
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
		span.SetAttributes(attribute.String("error.type", "ValueError"))
		return answer{Error: "ValueError"}
	}
	value := result > 0.5
	span.SetAttributes(attribute.Float64("ml.prediction.score", result), attribute.Bool("ml.prediction.value", value))
	// Beyond its limit of attributes this SDK drops those that were set last: what must not go comes first.
	for index, extra := range c.Extras {
		span.SetAttributes(attribute.Float64(fmt.Sprintf("ml.feature.extra_%d", index), extra))
	}
	if c.Actual != nil {
		// With the span's own context: the record carries its trace and span id, which is the join key.
		s.emit(ctx, "ml.ground_truth", attribute.Bool("ml.ground_truth.value", *c.Actual))
	}
	return answer{Score: result, Value: &value}
}

// predictAsLog does the same as an event, its features together in one attribute.
func (s service) predictAsLog(ctx context.Context, c call) answer {
	result, err := score(c.Flight)
	if err != nil {
		return answer{Error: err.Error()}
	}
	value := result > 0.5
	var given []attribute.KeyValue
	for _, feature := range features(c.Flight) {
		name := strings.TrimPrefix(string(feature.Key), "ml.feature.")
		given = append(given, attribute.KeyValue{Key: attribute.Key(name), Value: feature.Value})
	}
	s.emit(ctx, "ml.prediction",
		attribute.String("ml.model.role", c.role()),
		attribute.String("ml.prediction.id", c.ID),
		attribute.Map("ml.features", given...),
		attribute.Float64("ml.prediction.score", result),
		attribute.Bool("ml.prediction.value", value),
	)
	return answer{Score: result, Value: &value}
}

func (s service) predictBatch(ctx context.Context, c call) answer {
	_, span := s.tracer.Start(ctx, "predict")
	defer span.End()
	var distances []float64
	var hours []int
	var weekends []bool
	var origins []string
	results := answer{}
	for _, given := range c.Flights {
		result, err := score(given)
		if err != nil {
			return answer{Error: err.Error()}
		}
		origin := ""
		if given.Origin != nil {
			origin = *given.Origin
		}
		distances = append(distances, distanceOf(given))
		hours = append(hours, given.Hour)
		weekends = append(weekends, given.Weekend)
		origins = append(origins, origin)
		results.Scores = append(results.Scores, result)
		results.Values = append(results.Values, result > 0.5)
	}
	span.SetAttributes(
		attribute.Int("ml.batch.size", len(c.Flights)),
		attribute.String("ml.model.role", "champion"),
		attribute.StringSlice("ml.prediction.id", c.IDs),
		attribute.Float64Slice("ml.feature.distance", distances),
		attribute.IntSlice("ml.feature.hour", hours),
		attribute.BoolSlice("ml.feature.weekend", weekends),
		attribute.StringSlice("ml.feature.origin", origins),
		attribute.Float64Slice("ml.prediction.score", results.Scores),
		attribute.BoolSlice("ml.prediction.value", results.Values),
	)
	s.predictions.Add(ctx, int64(len(c.Flights)))
	return results
}

func (s service) groundTruth(ctx context.Context, c call) answer {
	if c.Carrier == "log" {
		attributes := []attribute.KeyValue{attribute.String("ml.prediction.id", c.ID)}
		if c.Value != nil {
			attributes = append(attributes, attribute.Bool("ml.ground_truth.value", *c.Value))
		}
		s.emit(ctx, "ml.ground_truth", attributes...)
		return answer{}
	}
	_, span := s.tracer.Start(ctx, "flight landed")
	defer span.End()
	span.SetAttributes(attribute.String("ml.prediction.id", c.ID))
	if c.Value != nil {
		span.SetAttributes(attribute.Bool("ml.ground_truth.value", *c.Value))
	}
	return answer{}
}

func main() {
	ctx := context.Background()
	telemetry, err := startTelemetry(ctx)
	if err != nil {
		log.Fatal(err)
	}
	s := service{telemetry}
	calls := map[string]func(context.Context, call) answer{
		"predict":        s.predict,
		"predict_as_log": s.predictAsLog,
		"predict_batch":  s.predictBatch,
		"ground_truth":   s.groundTruth,
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c call
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			log.Fatal(err)
		}
		text, err := json.Marshal(calls[c.Call](ctx, c))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
	// What the receiver did not take is told here as well; the faulty calls are among the traffic on purpose.
	if err := s.shutdown(ctx); err != nil && !strings.Contains(err.Error(), "partial success") {
		log.Fatal(err)
	}
}
