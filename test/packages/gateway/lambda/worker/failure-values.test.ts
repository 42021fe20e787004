/** Any value may be thrown; the rows say what Lambda's runtime (its Errors.js) makes of each. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';

import {
  describeError,
  findReported,
  messageOf,
  RuntimeError,
  toFailure,
} from '../../../../../packages/gateway/lambda/worker/failure.ts';

const UNREADABLE = {
  errorType: 'handled',
  errorMessage:
    'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
};
const withStack = (error: Error, stack: unknown = 'at a'): Error => Object.assign(error, { stack });

const ROWS: readonly { readonly what: string; readonly thrown: unknown; readonly failure: unknown }[] = [
  {
    what: 'an error',
    thrown: withStack(new TypeError('x'), 'TypeError: x\n    at a'),
    failure: { errorType: 'TypeError', errorMessage: 'x', trace: ['TypeError: x', '    at a'] },
  },
  {
    what: 'an error of another realm',
    thrown: withStack(runInNewContext('new RangeError("x")') as Error),
    failure: { errorType: 'RangeError', errorMessage: 'x', trace: ['at a'] },
  },
  {
    what: 'an error of the runtime',
    thrown: withStack(new RuntimeError('HandlerNotFound', 'x')),
    failure: { errorType: 'Runtime.HandlerNotFound', errorMessage: 'x', trace: ['at a'] },
  },
  {
    what: 'an object with the three members of an error',
    thrown: { name: 'N', message: 'm', stack: 's' },
    failure: { errorType: 'N', errorMessage: 'm', trace: ['s'] },
  },
  {
    what: 'a function with the three members of an error',
    thrown: Object.defineProperty(
      Object.assign(() => undefined, { message: 'm', stack: 's' }),
      'name',
      { value: 'N' },
    ),
    failure: { errorType: 'N', errorMessage: 'm', trace: ['s'] },
  },
  {
    what: 'an object with an empty member',
    thrown: { name: 'N', message: '', stack: 's' },
    failure: { errorType: 'object', errorMessage: '[object Object]', trace: [] },
  },
  {
    what: 'an object with two members only',
    thrown: { name: 'N', message: 'm', toString: () => 'text' },
    failure: { errorType: 'object', errorMessage: 'text', trace: [] },
  },
  { what: 'a text', thrown: 'x', failure: { errorType: 'string', errorMessage: 'x', trace: [] } },
  { what: 'a number', thrown: 0, failure: { errorType: 'number', errorMessage: '0', trace: [] } },
  {
    what: 'a symbol',
    thrown: Symbol('x'),
    failure: { errorType: 'symbol', errorMessage: 'Symbol(x)', trace: [] },
  },
  { what: 'null', thrown: null, failure: UNREADABLE },
  { what: 'undefined', thrown: undefined, failure: UNREADABLE },
  { what: 'an object without a prototype', thrown: Object.create(null), failure: UNREADABLE },
  { what: 'an error whose stack is not a text', thrown: withStack(new Error('x'), 7), failure: UNREADABLE },
  {
    what: 'an error with DEL in its texts',
    thrown: withStack(Object.assign(new Error('a\x7Fb\x7F'), { name: '\x7F' }), 's\x7F'),
    failure: { errorType: '%7F', errorMessage: 'a%7Fb%7F', trace: ['s%7F'] },
  },
  {
    what: 'an error without a name',
    thrown: withStack(Object.assign(new Error('x'), { name: undefined })),
    failure: { errorType: undefined, errorMessage: 'x', trace: ['at a'] },
  },
  {
    what: 'frames of the program that runs the function',
    thrown: withStack(new Error('x'), 'Error: x\n    at f (/a/f.js:1:2)\n    at g (/b/instance.mjs:3:4)'),
    failure: { errorType: 'Error', errorMessage: 'x', trace: ['Error: x', '    at f (/a/f.js:1:2)'] },
  },
  {
    what: 'a limit of threads',
    thrown: withStack(Object.assign(new Error('x'), { code: 'ERR_WORKER_UNSUPPORTED_OPERATION' })),
    failure: {
      errorType: 'Error',
      errorMessage:
        'x: this gateway runs functions in worker threads (node_modules/gatewright/docs/design/functions.md, "Limits of threads")',
      trace: ['at a'],
    },
  },
  {
    what: 'a native addon that cannot be loaded',
    thrown: withStack(Object.assign(new Error('x'), { code: 'ERR_DLOPEN_FAILED' })),
    failure: {
      errorType: 'Error',
      errorMessage:
        'x (a native addon must be built for this machine and support worker threads: node_modules/gatewright/docs/design/functions.md)',
      trace: ['at a'],
    },
  },
];

describe('the failure that Lambda reports', () => {
  for (const { what, thrown, failure } of ROWS)
    it(`is that of ${what}`, () => {
      assert.deepEqual(toFailure(thrown), failure);
    });

  it('is one text in the log: the trace, or type and message if there is no trace', () => {
    assert.deepEqual(
      [describeError(withStack(new Error('x'), 'a\nb')), describeError('x')],
      ['a\nb', 'string: x'],
    );
  });

  it('is about the attempt to log a value that cannot become a text', () => {
    const error = new Error('x');

    assert.equal(findReported(error), error);
    assert.equal(findReported('x'), 'x');
    assert.equal(String(findReported(Symbol('x'))), 'TypeError: Cannot convert a Symbol value to a string');
  });

  it('has an empty message for undefined, and the text of any other value', () => {
    assert.deepEqual([undefined, null, 7, 'x'].map(messageOf), ['', 'null', '7', 'x']);
  });

  it('keeps its cause', () => {
    assert.deepEqual(new RuntimeError('ImportModuleError', 'x', 7).cause, 7);
  });
});
