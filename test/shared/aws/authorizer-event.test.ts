import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseRequestEvent, parseTokenEvent } from '#shared/aws/authorizer-event.ts';
import { DomainError } from '#shared/errors.ts';

const ARN = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/users';

describe('parseTokenEvent', () => {
  it('keeps the raw header value', () => {
    const event = parseTokenEvent({ type: 'TOKEN', authorizationToken: 'Bearer x', methodArn: ARN });

    assert.equal(event.authorizationToken, 'Bearer x');
    assert.equal(event.arn.apiId, 'a1b2c3');
  });

  for (const event of [
    null,
    [],
    'x',
    {},
    { type: 'REQUEST', authorizationToken: 'x', methodArn: ARN },
    { type: 'TOKEN' },
  ])
    it(`refuses ${JSON.stringify(event)}`, () => {
      assert.throws(() => parseTokenEvent(event), { code: 'EVENT_MALFORMED' });
    });
});

describe('parseRequestEvent', () => {
  const rows = [
    { kind: 'rest', event: { type: 'REQUEST', methodArn: ARN, requestContext: { stage: 'dev' } } },
    { kind: 'http-1.0', event: { type: 'REQUEST', version: '1.0', methodArn: ARN, requestContext: {} } },
    { kind: 'http-2.0', event: { type: 'REQUEST', version: '2.0', routeArn: ARN, requestContext: {} } },
    {
      kind: 'websocket',
      event: { type: 'REQUEST', methodArn: ARN, requestContext: { eventType: 'CONNECT' } },
    },
  ] as const;
  for (const { kind, event } of rows)
    it(`recognizes a ${kind} event by its shape`, () => {
      assert.equal(parseRequestEvent(event).kind, kind);
    });

  // docs/aws §4.1: where the caller's address is in each event.
  it('finds the address of the caller if each kind of event has it', () => {
    const sourceIp = '192.0.2.1';
    const addressOf = (event: object) => parseRequestEvent({ type: 'REQUEST', ...event }).sourceIp;

    assert.equal(addressOf({ methodArn: ARN, requestContext: { identity: { sourceIp } } }), sourceIp);
    const http = { version: '2.0', routeArn: ARN };
    assert.equal(addressOf({ ...http, requestContext: { http: { sourceIp } } }), sourceIp);
    assert.equal(addressOf({ methodArn: ARN, requestContext: {} }), undefined);
  });

  it('collects every value of a header, whatever the case of its name', () => {
    const event = parseRequestEvent({
      type: 'REQUEST',
      methodArn: ARN,
      headers: { Authorization: 'b' },
      multiValueHeaders: { Authorization: ['a', 'b'], authorization: ['c'] },
    });

    assert.deepEqual(event.headers.get('authorization'), ['a', 'b', 'c']);
  });

  it('finds the cookies of payload 2.0, and both values of a parameter that it joins', () => {
    const event = parseRequestEvent({
      type: 'REQUEST',
      version: '2.0',
      routeArn: ARN,
      cookies: ['session=s'],
      rawQueryString: 'token=a&token=b',
      queryStringParameters: { token: 'a,b' },
    });

    assert.deepEqual(event.headers.get('cookie'), ['session=s']);
    assert.deepEqual(event.query.get('token'), ['a', 'b']);
  });

  it('keeps the case of query names and takes null maps for empty ones', () => {
    const event = parseRequestEvent({
      type: 'REQUEST',
      methodArn: ARN,
      headers: null,
      queryStringParameters: { Token: 'x' },
    });

    assert.equal(event.query.get('token'), undefined);
    assert.deepEqual(event.query.get('Token'), ['x']);
  });

  it('refuses an unknown payload version', () => {
    assert.throws(() => parseRequestEvent({ type: 'REQUEST', version: '3.0', methodArn: ARN }), {
      code: 'EVENT_MALFORMED',
    });
  });

  it('throws nothing but DomainError, for any input', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom('type', 'version', 'methodArn', 'headers', 'requestContext') }),
        (event) => {
          for (const candidate of [event, { ...event, type: 'REQUEST', methodArn: ARN }]) {
            try {
              parseRequestEvent(candidate);
            } catch (error) {
              assert.ok(error instanceof DomainError);
            }
          }
        },
      ),
    );
  });
});
