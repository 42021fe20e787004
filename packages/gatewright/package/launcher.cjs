#!/usr/bin/env node
'use strict';
const { describeOldNode } = require('../packages/gatewright/plugin/old-node.cjs');

/** Made with the package (docs/decisions/0186): nothing of a checkout. */
const COMMAND = '../packages/gatewright/command/bundled/main.js';

const refusal = describeOldNode();
if (refusal === undefined) {
  require('../packages/gatewright/command/compiled-code.cjs');
  import(COMMAND);
} else {
  process.stderr.write('error: ' + refusal + '\n');
  process.exitCode = 1;
}
