#!/usr/bin/env node
/** The `plumbline` command: gives `run` the process to work with. */
import { describeError } from './error-message.js';
import { EXIT } from './exit-status.js';
import { run } from './run.js';
import { processTerminal } from './terminal.js';

const terminal = processTerminal();

// What no verb waits for: its state is unknown, so nothing is drained or saved.
process.on('uncaughtException', (error) => {
  terminal.err(describeError(error, terminal));
  process.exit(EXIT.ourFault);
});

const status = await run(process.argv.slice(2), terminal);
// After a failure, something that was opened before it may still be open; it must not keep the process.
if (status !== EXIT.fine) process.exit(status);
