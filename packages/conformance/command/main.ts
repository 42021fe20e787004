#!/usr/bin/env node
/** `conformance run --target NAME`: runs cases against an emulator or AWS. */
import { runCommand } from './run-command.ts';

const INTERRUPTED = 130;

// Processes that a target has started are ended in the `exit` event of this process (`targets/child-process.ts`). A
// signal alone does not cause this event, so the handler calls `exit`.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(INTERRUPTED));

try {
  process.exitCode = await runCommand(process.argv.slice(2), process.env, process.cwd());
} catch (error) {
  process.stderr.write(`conformance: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
