import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readAccessLine, DEFAULT_FIELDS } from '#shared/quota/usage/access-log-line.ts';
import type { LineRules } from '#shared/quota/usage/access-log-line.ts';

const RULES: LineRules = { fields: DEFAULT_FIELDS, counts: 'reached' };
const LINE = {
  requestId: 'r-1',
  requestTimeEpoch: '1763553600000',
  status: '200',
  plan: 'gold',
  tenant: 'acme',
  key: 'k-1',
  route: 'GET /orders/{id}',
};
const kindOf = (over: object, rules: Partial<LineRules> = {}) =>
  readAccessLine(JSON.stringify({ ...LINE, ...over }), 5, { ...RULES, ...rules }).kind;

describe('a line of an access log', () => {
  it('says who asked for what, and when', () => {
    assert.deepEqual(readAccessLine(`${JSON.stringify(LINE)}\n`, 5, RULES), {
      kind: 'counted',
      request: {
        requestId: 'r-1',
        subject: { plan: 'gold', tenant: 'acme', key: 'k-1', route: 'GET /orders/{id}' },
        atEpochMs: 1_763_553_600_000,
      },
    });
  });

  it('counts at the time that CloudWatch gives it if it has none', () => {
    const reading = readAccessLine(JSON.stringify({ ...LINE, requestTimeEpoch: '-' }), 5, RULES);

    assert.equal(reading.kind === 'counted' ? reading.request.atEpochMs : undefined, 5);
  });

  it('is read by the names that the format gives its fields', () => {
    const fields = { ...DEFAULT_FIELDS, key: 'sub' };

    assert.equal(kindOf({ key: undefined, sub: 'k-1' }, { fields }), 'counted');
    assert.equal(kindOf({}, { fields }), 'uncounted');
  });

  // docs/aws §5: API Gateway's own plans count what is let through; §1.1: an unset variable is printed as "-".
  const counting = [
    { name: 'a reply of the backend', over: { integrationStatus: '200' }, reached: true, succeeded: true },
    {
      name: 'an error of the backend',
      over: { integrationStatus: '500', status: '500' },
      reached: true,
      succeeded: false,
    },
    {
      name: 'a 403 of the backend',
      over: { integrationStatus: '403', status: '403' },
      reached: true,
      succeeded: false,
    },
    {
      name: 'a refusal of the authorizer',
      over: { integrationStatus: '-', status: '403' },
      reached: false,
      succeeded: false,
    },
    {
      name: 'a body that does not validate',
      over: { integrationStatus: '-', status: '400' },
      reached: false,
      succeeded: false,
    },
    {
      name: 'a 429, if the line does not show what was reached',
      over: { status: '429' },
      reached: false,
      succeeded: false,
    },
    {
      name: 'a 404, if the line does not show what was reached',
      over: { status: '404' },
      reached: true,
      succeeded: false,
    },
  ];
  for (const { name, over, reached, succeeded } of counting)
    it(`counts ${name} by the rule`, () => {
      assert.equal(kindOf(over), reached ? 'counted' : 'uncounted');
      assert.equal(kindOf(over, { counts: 'succeeded' }), succeeded ? 'counted' : 'uncounted');
      assert.equal(kindOf(over, { counts: 'all' }), 'counted');
    });

  for (const field of ['plan', 'tenant', 'key'])
    it(`charges no caller without ${field}`, () => {
      assert.equal(kindOf({ [field]: '-' }), 'uncounted');
    });

  // docs/aws §5: API Gateway refuses with these where the line does not say whether the backend was called.
  it('is not counted if API Gateway itself refused the request, and is counted with every other status', () => {
    const refused = Array.from({ length: 500 }, (_, index) => index + 100).filter(
      (status) => kindOf({ status: String(status) }) === 'uncounted',
    );

    assert.deepEqual(refused, [401, 403, 429]);
  });

  const malformed = [
    { name: 'no JSON', message: '127.0.0.1 - - [20/Nov/2026] "GET /" 200' },
    { name: 'no object', message: '[1]' },
    // docs/aws §1.6, correction: REST APIs take $context.requestId from the header x-amzn-RequestId.
    {
      name: 'a request id that the caller may have chosen',
      message: JSON.stringify({ ...LINE, requestId: '7f2c0e34-6f5d-4d51-9f1e-1a2b3c4d5e6f' }),
    },
    {
      name: 'a request id that the caller has spoilt',
      message: JSON.stringify({ ...LINE, requestId: 'UUID_REPLACED_INVALID_REQUEST_ID' }),
    },
    { name: 'no request id', message: JSON.stringify({ ...LINE, requestId: '-' }) },
    { name: 'an invalid status', message: JSON.stringify({ ...LINE, status: 'ok' }) },
    { name: 'a status below 0', message: JSON.stringify({ ...LINE, status: '-200' }) },
    { name: 'a status in another notation', message: JSON.stringify({ ...LINE, status: '2e2' }) },
    { name: 'a status of two digits', message: JSON.stringify({ ...LINE, status: 20 }) },
    { name: 'a tenant that is a number', message: JSON.stringify({ ...LINE, tenant: 5 }) },
    { name: 'a key that is a number', message: JSON.stringify({ ...LINE, key: 7 }) },
    { name: 'an invalid time', message: JSON.stringify({ ...LINE, requestTimeEpoch: '20/Nov/2026' }) },
    { name: 'a key that is not a name', message: JSON.stringify({ ...LINE, key: 'x'.repeat(257) }) },
    {
      name: "a second key, out of the caller's path",
      message: `{"path":"/x","key":"victim","z":"",${JSON.stringify(LINE).slice(1)}`,
    },
    // JSON reads \u006bey as key.
    {
      name: 'a second key in another spelling',
      message: `${JSON.stringify(LINE).slice(0, -1)},"path":"/x","\\u006bey":"victim","z":""}`,
    },
    {
      name: 'a second status in another spelling',
      message: `${JSON.stringify(LINE).slice(0, -1)},"path":"/x","\\u0073t\\u0061tus":"403","z":""}`,
    },
    { name: 'a second key after a space', message: `${JSON.stringify(LINE).slice(0, -1)},"key" : "victim"}` },
  ];
  for (const { name, message } of malformed)
    it(`is refused with ${name}`, () => {
      assert.equal(readAccessLine(message, 5, RULES).kind, 'malformed');
    });

  it('treats a word that looks like a key inside a value as a part of the value', () => {
    for (const agent of ['curl "key": 7', '\\u006bey":', 'key', '\\"key\\":', 'a\\'])
      assert.equal(kindOf({ agent }), 'counted');
  });

  it('takes long lines in time that grows no faster than they do', () => {
    for (const part of ['\\', '"', 'x', '": "', '"\\u006bey":'])
      assert.equal(readAccessLine(`{"${part.repeat(100_000)}`, 5, RULES).kind, 'malformed');
    assert.equal(kindOf({ agent: '"\\'.repeat(100_000) }), 'counted');
  });

  it('never fails, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (message) => {
        assert.notEqual(readAccessLine(message, 5, RULES).kind, 'counted');
      }),
    );
  });
});
