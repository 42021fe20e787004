'use strict';
// Loads the gateway with Node's loader in Node's own context. Jest runs files in a context with its own globals and
// loader. The gateway needs Node's globals, and Jest's `require` does not accept ES modules.
const { runInThisContext } = require('node:vm');

const { createRequire } = runInThisContext('process').getBuiltinModule('node:module');
const fromNode = createRequire(__filename);
const { FunctionFailed, HandshakeRefused, McpRefused, TestingError } = fromNode('./entry.js');
const { connectWith, startWith } = fromNode('./start-gateway.js');

// The values that tests get must be created with the globals of the tests, because `toStrictEqual` would otherwise
// treat them as unequal.
const parse = (text) => JSON.parse(text);
exports.startGateway = (options) => startWith(parse, options);
exports.connectGateway = () => connectWith(parse);
exports.FunctionFailed = FunctionFailed;
exports.HandshakeRefused = HandshakeRefused;
exports.McpRefused = McpRefused;
exports.TestingError = TestingError;
