'use strict';
// Every Node since 12.17 can read this file. The command's launcher and the plug-in check the version here before they
// load anything else.

/** Returns a sentence if this version of Node is older than the package's `engines`, otherwise undefined. */
exports.describeOldNode = function describeOldNode() {
  const needed = require('../../../package.json').engines.node.replace('>=', '');
  const running = process.versions.node;
  const wanted = needed.split('.').map(Number);
  const found = running.split('.').map(Number);
  const differing = wanted.findIndex((part, index) => part !== found[index]);
  if (differing === -1 || found[differing] > wanted[differing]) return undefined;
  return 'gatewright needs Node.js ' + needed + ' or newer; this is ' + running + '.';
};
