/** The door of the receiving room: OTLP comes in over the network, bytes go to a handler. */
export { type Delivery, DeliveryError, type Handler, type Outcome } from './delivery.js';
export { type Endpoint } from './endpoint.js';
export { type Receiver, RECEIVER_DEFAULTS, type ReceiverOptions, startReceiver } from './receiver.js';
export { type Rejection } from './refusal.js';
