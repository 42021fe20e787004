/** How a handler's callback, its promise and the context's `done` interact, up to nodejs22.x. */

const RIC = 'aws-lambda-nodejs-runtime-interface-client';
const HANDLER_PAGE = 'Lambda developer guide, "Define Lambda function handler in Node.js"';

export type ContractRow = {
  readonly name: string;
  readonly source: string;
  readonly runtime?: string;
  readonly handler?: string;
  /** JSON text. */
  readonly returns?: string;
  readonly fails?: readonly [errorType: string, errorMessage: string | RegExp];
  readonly from: string;
};

const OLD = 'nodejs22.x';

export const callbackRows: readonly ContractRow[] = [
  {
    name: 'nodejs22.x takes the callback',
    source: 'exports.handler = (e, c, cb) => { setTimeout(() => cb(null, { ok: true }), 5) }',
    runtime: OLD,
    returns: '{"ok":true}',
    from: HANDLER_PAGE,
  },
  {
    name: 'the answer of a callback waits until the event loop is empty',
    source:
      'exports.handler = (e, c, cb) => { const r = { late: 0 }; cb(null, r); setTimeout(() => { r.late = 1 }, 5) }',
    runtime: OLD,
    returns: '{"late":1}',
    from: HANDLER_PAGE,
  },
  {
    name: 'callbackWaitsForEmptyEventLoop = false answers at once',
    source:
      'exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; setInterval(() => {}, 1e6); cb(null, 1) }',
    runtime: OLD,
    returns: '1',
    from: HANDLER_PAGE,
  },
  {
    name: 'only the first call of the callback counts',
    source: 'exports.handler = (e, c, cb) => { cb(null, 1); cb(null, 2); cb(new Error("no")) }',
    runtime: OLD,
    returns: '1',
    from: RIC,
  },
  {
    name: 'a callback that is called before the promise settles wins over it',
    source: 'exports.handler = (e, c, cb) => Promise.resolve().then(() => cb(null, "called"))',
    runtime: OLD,
    returns: '"called"',
    from: RIC,
  },
  {
    name: 'an error given to the callback wins over what the promise says later',
    source: 'exports.handler = async (e, c, cb) => { cb(new RangeError("far")); return 1 }',
    runtime: OLD,
    fails: ['RangeError', 'far'],
    from: RIC,
  },
  {
    name: 'a promise that settles first wins over a later callback',
    source: 'exports.handler = async (e, c, cb) => { setTimeout(() => cb(null, 2), 5); return 1 }',
    runtime: OLD,
    returns: '1',
    from: RIC,
  },
  {
    name: 'context.done after the callback does not count',
    source: 'exports.handler = (e, c, cb) => { cb(null, "first"); c.done(null, "second") }',
    runtime: OLD,
    returns: '"first"',
    from: RIC,
  },
  {
    name: 'an error given to the callback fails the invocation',
    source: 'exports.handler = (e, c, cb) => { cb(new RangeError("far")) }',
    runtime: OLD,
    fails: ['RangeError', 'far'],
    from: RIC,
  },
  {
    name: 'text given to the callback as error is of type string',
    source: 'exports.handler = (e, c, cb) => { cb("Unauthorized") }',
    runtime: OLD,
    fails: ['string', 'Unauthorized'],
    from: RIC,
  },
  {
    name: 'context.succeed, done and fail work up to nodejs22.x',
    source: 'exports.handler = (e, c) => { c.succeed("s"); c.done(null, "d"); c.fail("f") }',
    runtime: OLD,
    returns: '"s"',
    from: RIC,
  },
];
