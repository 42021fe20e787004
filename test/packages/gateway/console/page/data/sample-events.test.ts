/** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { SAMPLE_EVENTS } from '../../../../../../packages/gateway/console/page/data/sample-events.ts';

/** Only a request without a query has an empty text. */
const MAY_BE_EMPTY = new Set(['rawQueryString']);

function blanksIn(value: unknown, name: string): readonly string[] {
  if (typeof value === 'string') {
    const isBlank = value === '' || (value.startsWith('arn:') && value.endsWith(':'));
    return isBlank && !MAY_BE_EMPTY.has(name) ? [name] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, below]) => blanksIn(below, member));
}

describe('sample events', () => {
  for (const { source, event } of SAMPLE_EVENTS)
    it(`have every text that a handler of ${source} reads`, () => {
      assert.deepEqual(blanksIn(event, source), []);
    });

  it('have the lines of a log group compressed, as handlers unpack them', () => {
    const sample = SAMPLE_EVENTS.find(({ source }) => source === 'CloudWatch Logs');
    const { awslogs } = sample?.event as { awslogs: { data: string } };
    const lines = JSON.parse(gunzipSync(Buffer.from(awslogs.data, 'base64')).toString()) as object;

    assert.deepEqual(Object.keys(lines), [
      'messageType',
      'owner',
      'logGroup',
      'logStream',
      'subscriptionFilters',
      'logEvents',
    ]);
  });
});
