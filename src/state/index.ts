/** The door of the room: what is kept over a restart. */
export { openState, type State, type StateParts } from './state.js';
