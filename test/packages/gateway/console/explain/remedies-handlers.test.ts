/** Handlers whose fault the client cannot see are explained, mended as advised, and then answer (docs/aws §8.2). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';

const template = (runtime: string, kind: 'rest' | 'http'): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: ${runtime}
      CodeUri: .
      Handler: index.main
      Events:
        Root: { Type: ${kind === 'rest' ? 'Api' : 'HttpApi'}, Properties: { Path: /, Method: GET } }
`;

const STREAMING = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      CodeUri: .
      Handler: index.main
      FunctionUrlConfig: { AuthType: NONE, InvokeMode: RESPONSE_STREAM }
`;

const PENDING = 'exports.main = () => new Promise((resolve) => { /* resolve is forgotten */ });';
const SETTLED = "exports.main = () => new Promise((resolve) => resolve({ statusCode: 200, body: 'ok' }));";

const ROWS: readonly {
  readonly name: string;
  readonly runtime: string;
  readonly kind: 'rest' | 'http';
  readonly handler: string;
  readonly status: number;
  readonly because: RegExp;
  readonly change: RegExp;
  readonly never?: RegExp;
  readonly mended: string;
}[] = [
  {
    name: 'a promise that never settles, on a REST API',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: PENDING,
    status: 502,
    because:
      /The promise that the handler of the function \S+ returned never settled\. .* Because the handler is not an async function, the result is null instead of the error Runtime\.NodeJsExit\./,
    change: /^Settle the promise on every path/,
    never: /without a return value|Return \{/,
    mended: SETTLED,
  },
  {
    name: 'a promise that never settles, on an HTTP API',
    runtime: 'nodejs22.x',
    kind: 'http',
    handler: PENDING,
    status: 200,
    because: /The promise that the handler of the function returned never settled/,
    change: /^Settle the promise on every path/,
    never: /without statusCode|nothing \(null\)/,
    mended: SETTLED,
  },
  {
    name: 'a promise of an async handler that never settles, on a REST API',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: PENDING.replace('() => new', 'async () => new'),
    status: 502,
    because: /failed with Runtime\.NodeJsExit: .*a Promise that was never settled/,
    change: /^Settle the promise on every path of the function/,
    never: /instead of ending its process/,
    mended: SETTLED,
  },
  {
    name: 'a promise that never settles, on Node.js 24',
    runtime: 'nodejs24.x',
    kind: 'http',
    handler: PENDING,
    status: 500,
    because: /exit status 13/,
    change: /^Settle the promise on every path/,
    never: /instead of ending its process/,
    mended: SETTLED,
  },
  ...(['rest', 'http'] as const).map((kind) => ({
    // https://github.com/aws/aws-cdk/issues/31978
    name: `a value of a handler that is not async, on a ${kind.toUpperCase()} API`,
    runtime: 'nodejs22.x',
    kind,
    handler: "exports.main = (event) => ({ statusCode: 200, body: 'ok' });",
    status: kind === 'rest' ? 502 : 200,
    because: /returned a value, but it is not async, returned no promise, and called no callback/,
    change: /^Make the handler of the function.* async/,
    never: /without a return value|Return \{|nothing \(null\)/,
    mended: "exports.main = async (event) => ({ statusCode: 200, body: 'ok' });",
  })),
  {
    name: 'a file in the folder of the code',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: `const { writeFileSync } = require('node:fs');
    exports.main = async () => { writeFileSync('cache.json', '[]'); return { statusCode: 200, body: 'ok' }; };`,
    status: 502,
    because: /failed with Error: EROFS: read-only file system, open 'cache\.json'/,
    change: /^Write below \/tmp at \S*index\.js:2/,
    mended: `const { writeFileSync } = require('node:fs');
    exports.main = async () => { writeFileSync('/tmp/gatewright-cache.json', '[]'); return { statusCode: 200, body: 'ok' }; };`,
  },
  {
    name: 'a folder below /tmp whose parent does not exist',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: `const { mkdirSync } = require('node:fs');
    exports.main = async () => { mkdirSync('/tmp/gatewright-none/a'); return { statusCode: 200, body: 'ok' }; };`,
    status: 502,
    because: /ENOENT: no such file or directory, mkdir '\/tmp\/gatewright-none\/a'/,
    change: /^Fix the function/,
    never: /Write below \/tmp/,
    mended: SETTLED,
  },
  {
    name: 'the cause of an error',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: `exports.main = async () => {
      const inner = new Error('read ECONNRESET');
      throw new Error('no order', { cause: new TypeError('no table', { cause: inner }) });
    };`,
    status: 502,
    because: /caused by TypeError: no table .*\n.*caused by Error: read ECONNRESET/,
    change: /^Fix the function/,
    mended: SETTLED,
  },
  {
    name: 'a member of the event that is null',
    runtime: 'nodejs22.x',
    kind: 'rest',
    handler: 'exports.main = async (event) => ({ statusCode: 200, body: event.queryStringParameters.page });',
    status: 502,
    because:
      /index\.js:1 reads event\.queryStringParameters\.page, but the event has queryStringParameters: null/,
    change:
      /^Give the value a default at \S+index\.js:1: \(event\.queryStringParameters \?\? \{\}\)\.page instead of event\.queryStringParameters\.page\.$/,
    mended:
      "exports.main = async (event) => ({ statusCode: 200, body: (event.queryStringParameters ?? {}).page ?? 'ok' });",
  },
  {
    name: 'the errors of an AggregateError',
    runtime: 'nodejs22.x',
    kind: 'http',
    handler: "exports.main = () => Promise.any([Promise.reject(new Error('one')), Promise.reject('two')]);",
    status: 500,
    because: /caused by Error: one .*\n.*caused by two /,
    change: /^Fix the function/,
    mended: SETTLED,
  },
];

describe('a handler with a fault that the client cannot see', () => {
  for (const { name, runtime, kind, handler, status, because, change, never, mended } of ROWS)
    it(`is explained, and works once it is corrected: ${name}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template(runtime, kind),
        'index.js': handler,
      });
      const asked = await project.ask();
      const story = [...asked.sentences, ...asked.changes].join('\n');

      assert.equal(asked.status, status, story);
      assert.match(asked.sentences.join('\n'), because);
      assert.ok(
        asked.changes.some((text) => change.test(text)),
        story,
      );
      if (never !== undefined) assert.doesNotMatch(story, never);

      project.write('index.js', mended);
      assert.equal((await project.ask()).body, 'ok');
    });

  // https://github.com/aws/aws-lambda-java-libs/issues/521
  it('is explained if it streams, and its return value is ignored', async () => {
    using project = anAdvisedProject('template.yaml', {
      'template.yaml': STREAMING,
      'index.js': `exports.main = awslambda.streamifyResponse(async (event, stream) => {
        // The runtime warns before the stream ends, so that the record has the warning.
        setImmediate(() => stream.end('none'));
        return { statusCode: 404 };
      });`,
    });
    const asked = await project.ask();
    assert.equal(asked.status, 200);
    assert.match(asked.sentences.join('\n'), /returned a value, which Lambda ignores/);
    assert.match(
      asked.changes.join('\n'),
      /^To set the status, let the handler of the function \S+ wrap its stream before the first write: .*HttpResponseStream\.from/m,
    );

    project.write(
      'index.js',
      `exports.main = awslambda.streamifyResponse(async (event, responseStream) => {
        responseStream = awslambda.HttpResponseStream.from(responseStream, { statusCode: 404 });
        responseStream.write('none');
        responseStream.end();
      });`,
    );
    const mended = await project.ask();
    assert.equal(mended.status, 404);
    assert.doesNotMatch(mended.sentences.join('\n'), /ignores/);
  });
});
