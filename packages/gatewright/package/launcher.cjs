#!/usr/bin/env node
'use strict';
const { describeOldNode } = require('../packages/gatewright/plugin/old-node.cjs');

/**
 * The bundle of the command, which only the package contains. It exists because finding and linking 1,000 modules would
 * take most of the startup time.
 */
const COMMANDS = '../packages/gatewright/command/bundled/main.js';
const START = '../packages/gatewright/command/bundled/start.cjs';

const refusal = describeOldNode();
if (refusal === undefined) {
  require('../packages/gatewright/command/compiled-code.cjs');
  if (process.argv[2] === 'start') require(START);
  else import(COMMANDS);
} else {
  process.stderr.write('error: ' + refusal + '\n');
  process.exitCode = 1;
}
