'use strict';
// Checks the version of Node. The command's launcher and the plug-in run this check before they load anything else.
// Every version since 12.17 can read this file.

/** Returns a sentence if this version of Node is older than the package's `engines` allow; undefined otherwise. */
exports.describeOldNode = function describeOldNode() {
  const needed = require('../../../package.json').engines.node.replace('>=', '');
  const running = process.versions.node;
  const wanted = needed.split('.').map(Number);
  const found = running.split('.').map(Number);
  const differing = wanted.findIndex((part, index) => part !== found[index]);
  if (differing === -1 || found[differing] > wanted[differing]) return undefined;
  return 'gatewright needs Node.js ' + needed + ' or newer; this is ' + running + '.';
};
