#!/usr/bin/env node
'use strict';
const { describeOldNode } = require('../packages/gatewright/plugin/old-node.cjs');

/**
 * Built with the package: one bundle, since finding and linking 1,000 modules is half of a start. Not in a
 * checkout.
 */
const COMMAND = '../packages/gatewright/command/bundled/main.js';

const refusal = describeOldNode();
if (refusal === undefined) {
  require('../packages/gatewright/command/compiled-code.cjs');
  import(COMMAND);
} else {
  process.stderr.write('error: ' + refusal + '\n');
  process.exitCode = 1;
}
