'use strict';
// What every Node since 12.17 can read: the launcher of the command and the plug-in ask here before they load the rest.

/** One sentence where this Node is older than the package's `engines` say; else undefined. */
exports.describeOldNode = function describeOldNode() {
  const needed = require('../../../package.json').engines.node.replace('>=', '');
  const running = process.versions.node;
  const wanted = needed.split('.').map(Number);
  const found = running.split('.').map(Number);
  const differing = wanted.findIndex((part, index) => part !== found[index]);
  if (differing === -1 || found[differing] > wanted[differing]) return undefined;
  return 'gatewright needs Node.js ' + needed + ' or newer; this is ' + running + '.';
};
