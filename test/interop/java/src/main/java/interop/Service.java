package interop;

import com.google.gson.Gson;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A model service in Java that is instrumented with plain OpenTelemetry, as docs for any language describe it. It reads
 * calls as JSON lines from standard input, answers each on standard output, and flushes when the input ends. Where
 * telemetry goes, how, and of which model are the standard variables, which the SDK's autoconfiguration reads.
 */
public final class Service {
  record Flight(Double distance, int hour, String origin, boolean weekend) {
    double distanceOrNaN() {
      return distance == null ? Double.NaN : distance;
    }
  }

  record Call(
      String call,
      String id,
      String role,
      String version,
      Flight flight,
      double[] extras,
      Boolean actual,
      List<String> ids,
      List<Flight> flights,
      String carrier,
      Boolean value) {
    String roleOrChampion() {
      return role == null ? "champion" : role;
    }
  }

  record Answer(Double score, Boolean value, String error, List<Double> scores, List<Boolean> values) {
    static Answer of(double score) {
      return new Answer(score, score > 0.5, null, null, null);
    }

    static Answer failed(String error) {
      return new Answer(null, null, error, null, null);
    }

    static Answer ofBatch(List<Double> scores, List<Boolean> values) {
      return new Answer(null, null, null, scores, values);
    }

    static Answer empty() {
      return new Answer(null, null, null, null, null);
    }
  }

  private final Tracer tracer;
  private final Logger logger;
  private final LongCounter predictions;

  private Service(OpenTelemetrySdk sdk) {
    tracer = sdk.getTracer("flight-service");
    logger = sdk.getLogsBridge().get("flight-service");
    predictions = sdk.getMeter("flight-service").counterBuilder("ml.predictions").build();
  }

  /** The model. A distance that is not known counts as an average one. */
  private static double score(Flight flight) {
    if (flight.hour() < 0 || flight.hour() > 23) {
      throw new IllegalArgumentException(flight.hour() + " is no hour of the day");
    }
    double distance = flight.distance() == null ? 800 : flight.distance();
    return 1 / (1 + Math.exp((12 - flight.hour()) / 4.0 + (800 - distance) / 2000));
  }

  /** What the model was given: an origin that is not known is not there. */
  private static Attributes features(Flight flight) {
    AttributesBuilder given =
        Attributes.builder()
            .put("ml.feature.distance", flight.distanceOrNaN())
            .put("ml.feature.hour", flight.hour())
            .put("ml.feature.weekend", flight.weekend());
    if (flight.origin() != null) {
      given.put("ml.feature.origin", flight.origin());
    }
    return given.build();
  }

  private Answer predict(Call call) {
    Span request = tracer.spanBuilder("POST /predict").setSpanKind(SpanKind.SERVER).startSpan();
    try (Scope requestScope = request.makeCurrent()) {
      Span span = tracer.spanBuilder("predict").startSpan();
      try (Scope scope = span.makeCurrent()) {
        return predictIn(span, call);
      } finally {
        span.end();
      }
    } finally {
      request.end();
    }
  }

  private Answer predictIn(Span span, Call call) {
    span.setAttribute("ml.model.role", call.roleOrChampion());
    // The version stands on the resource; a span that is of another version says so.
    if (call.version() != null) {
      span.setAttribute("ml.model.version", call.version());
    }
    if (call.id() != null) {
      span.setAttribute("ml.prediction.id", call.id());
    }
    span.setAllAttributes(features(call.flight()));
    predictions.add(1);
    double result;
    try {
      result = score(call.flight());
    } catch (IllegalArgumentException error) {
      span.recordException(error);
      span.setStatus(StatusCode.ERROR, error.getMessage());
      span.setAttribute("error.type", "ValueError");
      return Answer.failed("ValueError");
    }
    span.setAttribute("ml.prediction.score", result);
    span.setAttribute("ml.prediction.value", result > 0.5);
    // Beyond its limit of attributes this SDK drops those that were set last: what must not go comes first.
    for (int index = 0; call.extras() != null && index < call.extras().length; index++) {
      span.setAttribute("ml.feature.extra_" + index, call.extras()[index]);
    }
    if (call.actual() != null) {
      // In the span's own context: the record carries its trace and span id, which is the join key.
      emit("ml.ground_truth", Attributes.builder().put("ml.ground_truth.value", call.actual()).build());
    }
    return Answer.of(result);
  }

  /** The same as an event, its features together in one attribute. */
  private Answer predictAsLog(Call call) {
    double result = score(call.flight());
    Map<String, Value<?>> given = new HashMap<>();
    given.put("distance", Value.of(call.flight().distanceOrNaN()));
    given.put("hour", Value.of(call.flight().hour()));
    given.put("weekend", Value.of(call.flight().weekend()));
    if (call.flight().origin() != null) {
      given.put("origin", Value.of(call.flight().origin()));
    }
    emit(
        "ml.prediction",
        Attributes.builder()
            .put(AttributeKey.valueKey("ml.features"), Value.of(given))
            .put("ml.model.role", call.roleOrChampion())
            .put("ml.prediction.id", call.id())
            .put("ml.prediction.score", result)
            .put("ml.prediction.value", result > 0.5)
            .build());
    return Answer.of(result);
  }

  private Answer predictBatch(Call call) {
    List<Double> distances = new ArrayList<>();
    List<Long> hours = new ArrayList<>();
    List<Boolean> weekends = new ArrayList<>();
    List<String> origins = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    List<Boolean> values = new ArrayList<>();
    for (Flight flight : call.flights()) {
      double result = score(flight);
      distances.add(flight.distanceOrNaN());
      hours.add((long) flight.hour());
      weekends.add(flight.weekend());
      origins.add(flight.origin() == null ? "" : flight.origin());
      scores.add(result);
      values.add(result > 0.5);
    }
    Span span = tracer.spanBuilder("predict").startSpan();
    span.setAttribute("ml.batch.size", call.flights().size());
    span.setAttribute("ml.model.role", "champion");
    span.setAttribute(AttributeKey.stringArrayKey("ml.prediction.id"), call.ids());
    span.setAttribute(AttributeKey.doubleArrayKey("ml.feature.distance"), distances);
    span.setAttribute(AttributeKey.longArrayKey("ml.feature.hour"), hours);
    span.setAttribute(AttributeKey.booleanArrayKey("ml.feature.weekend"), weekends);
    span.setAttribute(AttributeKey.stringArrayKey("ml.feature.origin"), origins);
    span.setAttribute(AttributeKey.doubleArrayKey("ml.prediction.score"), scores);
    span.setAttribute(AttributeKey.booleanArrayKey("ml.prediction.value"), values);
    span.end();
    predictions.add(call.flights().size());
    return Answer.ofBatch(scores, values);
  }

  private Answer groundTruth(Call call) {
    AttributesBuilder attributes = Attributes.builder().put("ml.prediction.id", call.id());
    if (call.value() != null) {
      attributes.put("ml.ground_truth.value", call.value());
    }
    if (call.carrier().equals("log")) {
      emit("ml.ground_truth", attributes.build());
    } else {
      tracer.spanBuilder("flight landed").setAllAttributes(attributes.build()).startSpan().end();
    }
    return Answer.empty();
  }

  private void emit(String event, Attributes attributes) {
    logger.logRecordBuilder().setEventName(event).setAllAttributes(attributes).emit();
  }

  private Answer answer(Call call) {
    return switch (call.call()) {
      case "predict" -> predict(call);
      case "predict_as_log" -> predictAsLog(call);
      case "predict_batch" -> predictBatch(call);
      case "ground_truth" -> groundTruth(call);
      default -> throw new IllegalArgumentException(call.call());
    };
  }

  public static void main(String[] arguments) throws IOException {
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook().build().getOpenTelemetrySdk();
    Service service = new Service(sdk);
    Gson gson = new Gson();
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(gson.toJson(service.answer(gson.fromJson(line, Call.class))));
    }
    sdk.shutdown().join(30, TimeUnit.SECONDS);
  }
}
