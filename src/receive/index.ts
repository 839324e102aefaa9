/** The door of the receiving room: OTLP comes in over the network, bytes go to a handler. */
export { type BearerToken } from './authentication.js';
export {
  type Delivery,
  DeliveryError,
  type DeliveryErrorKind,
  type Encoding,
  type Handler,
  type Outcome,
  type Signal,
  type Transport,
} from './delivery.js';
export { type Endpoint, type TlsMaterial } from './endpoint.js';
export { type HttpEndpoint } from './http-server.js';
export { type Receiver, RECEIVER_DEFAULTS, type ReceiverOptions, startReceiver } from './receiver.js';
export { type RefusalKind, type Rejection } from './refusal.js';
export {
  type CountedSignal,
  type ReceiverStatistics,
  REQUEST_OUTCOMES,
  type RequestOutcome,
  type TransportStatistics,
} from './statistics.js';
