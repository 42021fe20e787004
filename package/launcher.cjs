#!/usr/bin/env node
'use strict';
const { describeOldNode } = require('../plugin/old-node.cjs');

const refusal = describeOldNode();
if (refusal === undefined) {
  require('../cli/compiled-code.cjs');
  import('../cli/bundled/main.js');
} else {
  process.stderr.write('error: ' + refusal + '\n');
  process.exitCode = 1;
}
