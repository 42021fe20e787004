/** Lambda's contract with a Node.js handler, one function per rule. */
import { callbackRows } from './contract-callback-rows.ts';
import type { ContractRow } from './contract-callback-rows.ts';

const RIC = 'aws-lambda-nodejs-runtime-interface-client';
const HANDLER_PAGE = 'Lambda developer guide, "Define Lambda function handler in Node.js"';

const OLD = 'nodejs22.x';

export const contractRows: readonly ContractRow[] = [
  {
    name: 'an async handler answers with what it returns',
    source: 'exports.handler = async (event) => ({ got: event.n })',
    returns: '{"got":7}',
    from: HANDLER_PAGE,
  },
  {
    name: 'a handler may return a promise',
    source: 'exports.handler = () => Promise.resolve([1])',
    returns: '[1]',
    from: HANDLER_PAGE,
  },
  {
    name: 'undefined becomes null',
    source: 'exports.handler = async () => {}',
    returns: 'null',
    from: RIC,
  },
  {
    name: 'values that JSON omits are omitted, and dates are text',
    source: 'exports.handler = async () => ({ d: new Date(0), u: undefined, m: new Map([[1, 2]]) })',
    returns: '{"d":"1970-01-01T00:00:00.000Z","m":{}}',
    from: RIC,
  },
  {
    name: 'a function as result becomes null',
    source: 'exports.handler = async () => () => 1',
    returns: 'null',
    from: RIC,
  },
  {
    name: 'nodejs24.x takes the plain value of a synchronous handler',
    source: 'exports.handler = () => 42',
    returns: '42',
    from: RIC,
  },
  {
    name: 'nodejs22.x answers null to a synchronous handler that never calls back',
    source: 'exports.handler = () => 42',
    runtime: OLD,
    returns: 'null',
    from: RIC,
  },
  ...callbackRows,
  {
    name: 'nodejs24.x has no context.done and no flag for callbacks',
    source: 'exports.handler = async (e, c) => [typeof c.done, "callbackWaitsForEmptyEventLoop" in c]',
    returns: '["undefined",false]',
    from: RIC,
  },
  {
    name: 'nodejs24.x refuses a handler with three parameters',
    source: 'exports.handler = (e, c, cb) => cb(null, 1)',
    fails: ['Runtime.CallbackHandlerDeprecated', /removed support for callback-based function handlers/],
    from: RIC,
  },
  {
    name: 'a promise that never settles is null up to nodejs22.x, if the handler is not async',
    source: 'exports.handler = () => new Promise(() => {})',
    runtime: OLD,
    returns: 'null',
    from: RIC,
  },
  {
    name: 'a promise that never settles fails an async handler up to nodejs22.x',
    source: 'exports.handler = async () => { await new Promise(() => {}) }',
    runtime: OLD,
    fails: [
      'Runtime.NodeJsExit',
      'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes',
    ],
    from: `${RIC}#144, Runtime.js and Errors.js; Lambda developer guide, "Troubleshoot invocation issues"`,
  },
  {
    name: 'a promise that never settles fails a bound async method up to nodejs22.x, because its constructor is AsyncFunction',
    source:
      'class Shop { async handler() { await new Promise(() => {}) } } const shop = new Shop(); exports.handler = shop.handler.bind(shop)',
    runtime: OLD,
    fails: ['Runtime.NodeJsExit', /a Promise that was never settled/],
    from: `${RIC}#144, Runtime.js: handler.constructor.name`,
  },
  {
    name: 'a promise that never settles ends a nodejs24.x instance',
    source: 'exports.handler = () => new Promise(() => {})',
    fails: [
      'Runtime.ExitError',
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 13$/,
    ],
    from: 'Node.js, exit code 13 "Unsettled top-level await"',
  },
  {
    name: 'a thrown error is its name and message',
    source: 'exports.handler = async () => { throw new TypeError("wrong") }',
    fails: ['TypeError', 'wrong'],
    from: RIC,
  },
  {
    name: 'the type is error.name, not the class',
    source: 'class NotFound extends Error {} exports.handler = async () => { throw new NotFound("x") }',
    fails: ['Error', 'x'],
    from: RIC,
  },
  {
    name: 'a thrown text is of type string',
    source: 'exports.handler = async () => { throw "Unauthorized" }',
    fails: ['string', 'Unauthorized'],
    from: RIC,
  },
  {
    name: 'a synchronous throw is the same as a rejection',
    source: 'exports.handler = () => { throw new Error("Unauthorized") }',
    fails: ['Error', 'Unauthorized'],
    from: RIC,
  },
  {
    name: 'a result with a cycle cannot be answered',
    source: 'exports.handler = async () => { const a = {}; a.a = a; return a }',
    fails: ['Runtime.JSONStringifyError', 'Unable to stringify response body'],
    from: RIC,
  },
  {
    name: 'up to nodejs22.x the failure to answer has no type of its own',
    source: 'exports.handler = async () => ({ n: 1n })',
    runtime: OLD,
    fails: ['Error', 'Unable to stringify response body'],
    from: RIC,
  },
  {
    name: 'a BigInt cannot be answered',
    source: 'exports.handler = async () => ({ n: 1n })',
    fails: ['Runtime.JSONStringifyError', 'Unable to stringify response body'],
    from: RIC,
  },
  {
    name: 'a result over 6 MB fails',
    source: 'exports.handler = async () => "x".repeat(6291556)',
    fails: [
      'Function.ResponseSizeTooLarge',
      'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    ],
    from: 'Lambda quotas, "Invocation payload"',
  },
  {
    name: 'a result just below 6 MB passes',
    source: 'exports.handler = async () => "x".repeat(6291554)',
    returns: `"${'x'.repeat(6291554)}"`,
    from: 'Lambda quotas, "Invocation payload"',
  },
  {
    name: 'a handler that is not exported is named',
    source: 'exports.other = 1',
    fails: ['Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    from: RIC,
  },
  {
    name: 'a handler that is not a function is named',
    source: 'exports.handler = { a: 1 }',
    fails: ['Runtime.HandlerNotFound', 'index.handler is not a function'],
    from: RIC,
  },
  {
    name: 'a handler may be nested',
    source: 'exports.admin = { users: { list: async () => "nested" } }',
    handler: 'index.admin.users.list',
    returns: '"nested"',
    from: RIC,
  },
  {
    name: 'a default export may hold the handler',
    source: 'export default { handler: async () => "default" }',
    returns: '"default"',
    from: RIC,
  },
  {
    name: 'inline code may be an ES module with a top-level await',
    source:
      'import { sep } from "node:path"; const s = await Promise.resolve(sep); export const handler = async () => s',
    returns: '"/"',
    from: 'Lambda developer guide, "Using ES modules"',
  },
  {
    name: 'a missing required module is Runtime.ImportModuleError',
    source: 'require("absent-package"); exports.handler = async () => 1',
    fails: ['Runtime.ImportModuleError', /^Error: Cannot find module 'absent-package'/],
    from: RIC,
  },
  {
    name: 'version 2 of the AWS SDK is to be installed',
    source: 'require("aws-sdk"); exports.handler = async () => 1',
    fails: [
      'Runtime.ImportModuleError',
      /Lambda runtimes since nodejs18\.x do not include version 2 .* npm install aws-sdk, or move to version 3/,
    ],
    from: 'Lambda developer guide, "Building Lambda functions with Node.js", runtime-included SDK versions',
  },
  {
    name: 'a missing imported package is passed on as it is',
    source: 'import "absent-package"; export const handler = async () => 1',
    fails: ['Error', /^Cannot find package 'absent-package'/],
    from: RIC,
  },
  {
    name: 'a syntax error is Runtime.UserCodeSyntaxError',
    source: 'exports.handler = async () => {',
    fails: ['Runtime.UserCodeSyntaxError', /^SyntaxError: /],
    from: RIC,
  },
  {
    name: 'an unhandled rejection fails the running event',
    source:
      'exports.handler = () => { Promise.reject(new Error("lost")); return new Promise((r) => setTimeout(r, 500)) }',
    fails: ['Runtime.UnhandledPromiseRejection', 'Error: lost'],
    from: RIC,
  },
  {
    name: 'an unhandled rejection of the module fails the start',
    source: 'Promise.reject(new Error("no database")); exports.handler = async () => 1',
    fails: ['Runtime.UnhandledPromiseRejection', 'Error: no database'],
    from: RIC,
  },
  {
    name: 'what crashes after the start and before the first event fails that event',
    source:
      'const crash = () => { for (const end = Date.now() + 200; Date.now() < end; ); throw new Error("later") }; let p = Promise.resolve(); for (let n = 0; n < 50; n += 1) p = p.then(() => n); p.then(() => setImmediate(crash)); exports.handler = async () => 1',
    fails: ['Error', 'later'],
    from: RIC,
  },
  {
    name: 'an uncaught exception fails the running event',
    source:
      'exports.handler = () => { setTimeout(() => { throw new Error("late") }); return new Promise((r) => setTimeout(r, 500)) }',
    fails: ['Error', 'late'],
    from: RIC,
  },
  {
    name: 'process.exit ends the instance with its status',
    source: 'exports.handler = async () => process.exit(7)',
    fails: [
      'Runtime.ExitError',
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 7$/,
    ],
    from: 'Lambda developer guide, "Troubleshoot invocation issues"',
  },
  {
    name: 'process.exit(0) ends it without a reason',
    source: 'exports.handler = async () => process.exit(0)',
    fails: [
      'Runtime.ExitError',
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited without providing a reason$/,
    ],
    from: 'Lambda developer guide, "Troubleshoot invocation issues"',
  },
  {
    name: 'memory beyond the limit kills the instance',
    source: 'exports.handler = async () => { const a = []; for (;;) a.push(new Array(1e5).fill(1.5)) }',
    fails: [
      'Runtime.OutOfMemory',
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed$/,
    ],
    from: 'Lambda developer guide, "Troubleshoot invocation issues"',
  },
  {
    name: 'what a thread cannot do is explained',
    source: 'exports.handler = async () => process.chdir("/")',
    fails: [
      'TypeError',
      /process\.chdir\(\) is not supported in workers: .* runs functions in worker threads/,
    ],
    from: 'docs/design/functions.md',
  },
];
