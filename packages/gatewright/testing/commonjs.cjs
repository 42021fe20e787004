'use strict';
// Jest runs files in a context with globals and a loader of its own. The gateway is loaded by Node's, in Node's context:
// it wants the globals of Node, and Jest's `require` takes no ES modules.
const { runInThisContext } = require('node:vm');

const { createRequire } = runInThisContext('process').getBuiltinModule('node:module');
const fromNode = createRequire(__filename);
const { FunctionFailed, HandshakeRefused, TestingError } = fromNode('./entry.js');
const { connectWith, startWith } = fromNode('./start-gateway.js');

// What tests compare must be made by their own globals, or `toStrictEqual` takes no two objects for equal.
const parse = (text) => JSON.parse(text);
exports.startGateway = (options) => startWith(parse, options);
exports.connectGateway = () => connectWith(parse);
exports.FunctionFailed = FunctionFailed;
exports.HandshakeRefused = HandshakeRefused;
exports.TestingError = TestingError;
