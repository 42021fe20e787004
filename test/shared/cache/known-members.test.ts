import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasUnknownMember } from '#shared/cache/known-members.ts';
import { readRequest } from '#shared/aws/read-request.ts';
import { AWS_EVENTS } from '../../support/aws-events.ts';

describe('hasUnknownMember', () => {
  for (const { name, event, source } of AWS_EVENTS)
    it(`recognizes all members of ${name}, except WebSocket events (${source})`, () => {
      assert.equal(hasUnknownMember(readRequest(event)), name.startsWith('WebSocket'));
    });

  const HTTP = { http: { method: 'GET' } };
  for (const event of [
    { isMobile: true },
    { requestContext: { tenant: 'a' } },
    { requestContext: { http: { ...HTTP.http, port: 1 } } },
    { requestContext: { identity: { sourcePort: 1 } } },
  ])
    it(`finds the unknown member of ${JSON.stringify(event)}`, () => {
      assert.equal(hasUnknownMember(readRequest(event)), true);
    });
});
