/** The door of the room: messages to profiles, in one thread or several. */
export { Ingest } from './ingest.js';
export { type Message, Pipeline, type PipelineSettings, type Signal } from './pipeline.js';
