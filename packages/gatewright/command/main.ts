#!/usr/bin/env node
import './compiled-code.cjs';
import { runCommandLine } from './run-command-line.ts';

const END_WITHIN_MS = 2_000;

const failed = await runCommandLine(process.argv.slice(2));
if (failed !== undefined) {
  process.exitCode = failed;
  // A thread or socket left open by the failure must not keep the process: CI would wait forever.
  setTimeout(() => process.exit(), END_WITHIN_MS).unref();
}
