/** What the advice about a misread event tells a function in Python to write. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMisread } from '../../../../../packages/gateway/console/records/misread-event.ts';

const EVENT = JSON.stringify({ version: '2.0', headers: { 'x-tenant': 'acme' } });
const adviseOn = (code: string): string | undefined =>
  findMisread({ source: { file: 'plan.py', text: code }, event: EVENT, form: '2.0' })?.instead;

// docs/aws §2.9: the names of headers are in lower case with payload format 2.0.
describe('the code that is advised for a header in another case, in Python', () => {
  for (const [written, instead] of [
    // The default was told as a member of the value, and the advised code failed.
    ["event['headers'].get('X-Tenant', 'default')", "event['headers'].get('x-tenant', 'default')"],
    ["event['headers'].get('X-Tenant')", "event['headers'].get('x-tenant')"],
    ["event['headers']['X-Tenant']", "event['headers']['x-tenant']"],
  ] as const)
    it(`reads it as the code does: ${written}`, () => {
      assert.equal(adviseOn(`def handler(event, context):\n    tenant = ${written}`), instead);
    });
});

// serverless/examples, aws-multiple-runtime: web/handler.py reads the context of payload format 1.0.
describe('a variable that stands for a part of the event', () => {
  const event = JSON.stringify({
    version: '2.0',
    requestContext: { http: { path: '/greet', method: 'GET' } },
  });
  const readAt = (file: string, text: string, line?: number) =>
    findMisread({ source: { file, text }, event, form: 'http-2.0', ...(line !== undefined && { line }) });

  it('is told as this part, in Python', () => {
    const found = readAt(
      'a.py',
      'def main(event, c):\n  rc = event["requestContext"]\n  return rc["path"]',
      3,
    );
    assert.equal(found?.written, 'event["requestContext"]["path"]');
    assert.equal(found.instead, "event['requestContext']['http']['path']");
  });

  it('is told as this part, in JavaScript', () => {
    const found = readAt(
      'a.js',
      'const { x } = event;\nconst rc = event.requestContext;\nlog(rc.httpMethod);',
      3,
    );
    assert.equal(found?.instead, 'event.requestContext.http.method');
  });

  it('is not looked for at lines that did not fail', () => {
    assert.equal(readAt('a.js', 'const rc = event.requestContext;\nrc.httpMethod;'), undefined);
  });
});

// dherault/serverless-offline#1697: the context of an authorizer's function is in requestContext.authorizer.lambda.
describe('the context of an authorizer, with payload format 2.0', () => {
  const event = JSON.stringify({
    version: '2.0',
    requestContext: { authorizer: { lambda: { user: 'ann' } }, http: { method: 'GET', path: '/me' } },
  });
  const READ = 'event.requestContext.authorizer.user';
  for (const [name, text, written] of [
    ['directly', 'log(event.requestContext.authorizer.user);', READ],
    ['by destructuring', 'const { user } = event.requestContext.authorizer;', READ],
    [
      'by destructuring with a default',
      "const { role, user = 'x' } = event.requestContext.authorizer;",
      READ,
    ],
    ['by a variable', 'const auth = event.requestContext.authorizer;\nlog(auth.user);', READ],
    [
      'by a variable, in Python',
      'auth = event["requestContext"]["authorizer"]\nprint(auth["user"])',
      /"user"/,
    ],
    [
      'in both places',
      'const auth = event.requestContext.authorizer;\nlog(auth.user ?? auth.lambda.user);',
      '',
    ],
    ['by destructuring it', 'const { lambda } = event.requestContext.authorizer;\nlog(lambda.user);', ''],
  ] as const)
    it(`is looked for where the code reads it ${name}`, () => {
      const file = name.includes('Python') ? 'me.py' : 'me.js';
      const found = findMisread({ source: { file, text }, event, form: 'http-2.0' });

      assert.match(found?.written ?? '', written === '' ? /^$/ : new RegExp(written));
      if (found !== undefined) assert.match(found.instead, /lambda\W+user/);
    });

  it('is not the only member that destructuring reads', () => {
    const text = 'const { httpMethod } = event;';
    const found = findMisread({ source: { file: 'me.js', text }, event, form: 'http-2.0' });

    assert.equal(found?.instead, 'event.requestContext.http.method');
    const both =
      'const { httpMethod, requestContext } = event;\nlog(httpMethod ?? requestContext.http.method);';
    assert.equal(findMisread({ source: { file: 'me.js', text: both }, event, form: 'http-2.0' }), undefined);
  });
});

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
describe('code for the other payload format', () => {
  const event = JSON.stringify({
    version: '1.0',
    path: '/echo',
    httpMethod: 'GET',
    requestContext: { path: '/echo', httpMethod: 'GET', authorizer: { role: 'admin' } },
  });
  const readAt = (text: string, form = 'http-1.0') =>
    findMisread({ source: { file: 'a.js', text }, event, form, line: 1 });

  it('reads several members at one line, and each of them is told', () => {
    const found = readAt('const { method, path } = event.requestContext.http;');
    assert.equal(found?.instead, 'event.httpMethod');
    assert.deepEqual(found.others, [{ written: 'event.requestContext.http.path', instead: 'event.path' }]);
    assert.equal(found.otherFormat, '2.0');
    assert.equal(readAt('log(event.requestContext.http.method);')?.others, undefined);
  });

  for (const [text, instead] of [
    // The name of the member was taken for a read of event.path.
    ['const { path } = event.requestContext.http;', 'event.path'],
    ['log(event.requestContext.http.path);', 'event.path'],
    ["log(event['requestContext']['http']['path']);", 'event.path'],
    // The beginning of what the code reads was taken for a read of the whole context.
    ['log(event.requestContext.authorizer.lambda.role);', 'event.requestContext.authorizer.role'],
  ] as const)
    it(`is not taken for code that reads both: ${text}`, () => {
      assert.equal(readAt(text)?.instead, instead);
    });

  for (const text of [
    'log(event.path ?? event.requestContext.http.path);',
    'log(event.requestContext.http?.path ?? event["path"]);',
    'const { path } = event.requestContext.http ?? event;',
  ])
    it(`is code that reads both: ${text}`, () => {
      assert.equal(readAt(text), undefined);
    });

  it('has no other format at a REST API', () => {
    assert.equal(readAt('log(event.requestContext.http.method);', 'rest-1.0')?.otherFormat, undefined);
  });
});
