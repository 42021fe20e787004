import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import {
  describeReading,
  reportWaiting,
} from '../../../../../packages/gateway/templates/serverless/reading-progress.ts';

describe('reportWaiting', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('says once what it waits for, after two seconds', () => {
    const messages: string[] = [];
    reportWaiting('reading …', (sentence) => messages.push(sentence));

    mock.timers.tick(1999);
    assert.deepEqual(messages, []);
    mock.timers.tick(9999);
    assert.deepEqual(messages, ['reading …']);
  });

  it('reports nothing that has ended or was reported otherwise, and nothing without a reader', () => {
    const messages: string[] = [];
    reportWaiting('reading …', (sentence) => messages.push(sentence)).end();
    reportWaiting('reading …', undefined).end();

    mock.timers.tick(9999);
    assert.deepEqual(messages, []);
  });
});

describe('describeReading', () => {
  const rows = [
    ['serverless', '3.40.0', 'project', 'reading shop/serverless.ts with the project’s Serverless 3 …'],
    ['osls', '4.1.2', 'gateway', 'reading shop/serverless.ts with the gateway’s osls 4 …'],
    ['osls', '3.9.0', 'machine', 'reading shop/serverless.ts with this machine’s osls 3 …'],
  ] as const;
  for (const [name, version, owner, sentence] of rows)
    it(`names file and program: ${name} ${version}`, () => {
      assert.equal(
        describeReading('/app/shop/serverless.ts', { folder: '', name, version, owner }),
        sentence,
      );
    });
});
