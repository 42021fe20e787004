import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCallLine } from '../../../../../packages/gateway/console/records/denied-notes.ts';

const lineOf = (operation: string, text: string): string | undefined =>
  findCallLine(operation, { file: 'app.js', text });

describe('the line of a call', () => {
  for (const [operation, text] of [
    ['GetObject', 's3.get_object(Bucket="b")'],
    ['GetItem', 'await client.send(new GetCommand({}))'],
    ['Publish', 'sns.publish({})'],
  ] as const)
    it(`is found for ${operation}`, () => assert.equal(lineOf(operation, text), 'app.js:1'));

  for (const [operation, text] of [
    ['GET', 'event.get("x")'],
    ['POST /b/k', 'axios.post("/b/k")'],
    ['Send(', 'sqs.Send('],
    ['(a+)+$', `.${'a'.repeat(60)}!`],
  ] as const)
    it(`is not sought for ${operation}, which does not name an operation`, () =>
      assert.equal(lineOf(operation, text), undefined));
});
