import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  atErrorPlace,
  findErrorPlace,
  formatLastLine,
} from '../../../../../packages/gateway/console/explain/reason.ts';

const METRICS = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"service":"shop"}';
const DECISION = '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[]},"outcome":"denied"}';

describe('the last line that a function printed', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['the last of several', ['one', 'two'], ['It printed: two']],
    ['not metrics that follow it', ['{"level":"ERROR"}', METRICS], ['Its last log line says: level ERROR.']],
    ['metrics with an outcome', ['one', DECISION], ['Its last log line says: outcome denied.']],
    ['none from metrics only', [METRICS], []],
    ['none from no lines', [], []],
  ];
  for (const [what, lines, expected] of rows)
    it(`is ${what}`, () => assert.deepEqual(formatLastLine(lines), expected));
});

describe('the place of an error in the own code of a function', () => {
  // As the runtimes of Node.js (text and JSON) and Python print an error.
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'the innermost frame of JavaScript',
      'Invoke Error\tTypeError: no\n    at helper (file:///shop/lib.mjs:2:12)\n    at handler (file:///shop/send.mjs:2:70)',
      ' at /shop/lib.mjs:2',
    ],
    [
      'the first frame outside of packages and of Node.js',
      'Error\n    at node:internal/fs:3:1\n    at send (/shop/node_modules/pg/a.js:1:2)\n    at async Runtime.handler (/shop/a b.ts:7:1)',
      ' at /shop/a b.ts:7',
    ],
    [
      'a frame without a function',
      'Error\n    at send (/shop/node_modules/pg/a.js:1:2)\n    at async /shop/a.ts:7:1',
      ' at /shop/a.ts:7',
    ],
    [
      'the stack of a structured line',
      JSON.stringify({
        errorType: 'TypeError',
        stackTrace: ['TypeError: no', '    at handler (/shop/a.ts:9:3)'],
      }),
      ' at /shop/a.ts:9',
    ],
    [
      'the last Python frame outside of libraries',
      '[ERROR] TypeError: no\nTraceback (most recent call last):\n  File "/shop/src/app.py", line 9, in put\n    table.put_item()\n  File "/srv/.gatewright/lent/x/boto3/a.py", line 581, in f\n  File "/usr/lib/python3.12/json/encoder.py", line 1, in g',
      ' at /shop/src/app.py:9',
    ],
    [
      'not a frame of the SDK, which another folder lends, or which the function has itself',
      '[ERROR] ClientError: no\nTraceback (most recent call last):\n  File "/shop/jobs.py", line 11, in handler\n    sqs.send_message()\n  File "/shop/botocore/context.py", line 123, in wrapper\n  File "/srv/gatewright/lent/python-3.10-47d876546135/botocore/client.py", line 1094, in _make_api_call',
      ' at /shop/jobs.py:11',
    ],
    ['nothing of a line without a stack', 'done', ''],
  ];
  for (const [what, line, expected] of rows)
    it(`is ${what}`, () => assert.equal(atErrorPlace(['before', line]), expected));
  it('is nothing if nothing was printed', () => assert.equal(atErrorPlace([]), ''));
});

// localstack, step-functions-calling-api-gateway.yaml: the code of the function is in the template.
it('names the line of inline code, which its author finds in ZipFile', () => {
  const printed = `[ERROR] TypeError: the JSON object must be str
Traceback (most recent call last):
  File "/shop/.gatewright/cache/run-1/inline/shop-Wait-e788958a9c68/index.py", line 7, in handler
    body = json.loads(event["body"])
  File "/usr/lib/python3.13/json/__init__.py", line 339, in loads
    raise TypeError('x')`;
  assert.deepEqual(findErrorPlace([printed]), { file: 'ZipFile', line: 7 });
});

describe('what a function printed', () => {
  // Most frames of such a traceback are of boto3, which the gateway lends.
  it('folds the frames of packages between those of the function, with their source lines and marks', () => {
    const printed = `[ERROR] ClientError: denied
Traceback (most recent call last):
  File "/shop/fn/app.py", line 9, in put
    table.put_item(Item=note)
  File "/shop/.cache/gatewright/lent/python-3.12/boto3/resources/factory.py", line 581, in do_action
    response = action(self, *args, **kwargs)
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/shop/.cache/gatewright/lent/python-3.12/botocore/client.py", line 1023, in _make_api_call
    raise error_class(parsed_response, operation_name)
botocore.errorfactory.ClientError: denied`;
    assert.deepEqual(formatLastLine([printed]), [
      `It printed: [ERROR] ClientError: denied
Traceback (most recent call last):
  File "/shop/fn/app.py", line 9, in put
    table.put_item(Item=note)
  … 2 frames of packages and of the runtime …
botocore.errorfactory.ClientError: denied`,
    ]);
  });

  it('folds frames of node_modules and of Node', () => {
    const printed = `TypeError: no
    at read (/shop/node_modules/pg/lib/client.js:2:1)
    at query (/shop/node_modules/pg/lib/client.js:9:1)
    at handler (/shop/src/a.mjs:7:3)
    at node:internal/process/task_queues:104:5
    caused by Error: no table`;
    assert.deepEqual(formatLastLine([printed]), [
      `It printed: TypeError: no
  … 2 frames of packages and of the runtime …
    at handler (/shop/src/a.mjs:7:3)
    at node:internal/process/task_queues:104:5
    caused by Error: no table`,
    ]);
  });

  it('stays as it is if no frame is of the function', () => {
    const printed = 'TypeError: no\n    at read (/shop/node_modules/pg/lib/client.js:2:1)';
    assert.deepEqual(formatLastLine([printed]), [`It printed: ${printed}`]);
  });
});
