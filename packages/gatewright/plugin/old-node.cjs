'use strict';
// Readable by every Node since 12.17: the command's launcher and the plug-in check here before they load the
// rest.

/** A sentence if this Node is older than the package's `engines`; else undefined. */
exports.describeOldNode = function describeOldNode() {
  const needed = require('../../../package.json').engines.node.replace('>=', '');
  const running = process.versions.node;
  const wanted = needed.split('.').map(Number);
  const found = running.split('.').map(Number);
  const differing = wanted.findIndex((part, index) => part !== found[index]);
  if (differing === -1 || found[differing] > wanted[differing]) return undefined;
  return 'gatewright needs Node.js ' + needed + ' or newer; this is ' + running + '.';
};
