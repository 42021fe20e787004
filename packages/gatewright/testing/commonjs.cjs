'use strict';
// Jest runs files in a context with its own globals and loader. The gateway is loaded by Node's loader in Node's
// context, because it needs Node's globals and because Jest's `require` accepts no ES modules.
const { runInThisContext } = require('node:vm');

const { createRequire } = runInThisContext('process').getBuiltinModule('node:module');
const fromNode = createRequire(__filename);
const { FunctionFailed, HandshakeRefused, TestingError } = fromNode('./entry.js');
const { connectWith, startWith } = fromNode('./start-gateway.js');

// Values for tests must be created with the tests' own globals, because otherwise `toStrictEqual` finds them unequal.
const parse = (text) => JSON.parse(text);
exports.startGateway = (options) => startWith(parse, options);
exports.connectGateway = () => connectWith(parse);
exports.FunctionFailed = FunctionFailed;
exports.HandshakeRefused = HandshakeRefused;
exports.TestingError = TestingError;
