import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../../packages/conformance/account/journal.ts';
import { ownNames, PREFIX } from '../../../../packages/conformance/account/own-names.ts';
import type { SdkCall } from '../../../../packages/conformance/play/client.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';

/** Answers with what it was sent, and an id. */
function anEcho(sent: SdkCall[]): SdkTarget {
  return {
    region: 'us-east-1',
    accountId: '123456789012',
    send(_service, call) {
      sent.push(call);
      return Promise.resolve({ status: 200, body: { id: 'a1', ...call.input } });
    },
    close: () => undefined,
  };
}

describe('ownNames', () => {
  const long = 'x'.repeat(120);
  const rows = [
    ['CreateRestApi', { name: 'shop' }, { name: 'gatewright-conformance-r1-shop' }],
    ['CreateApi', { Name: 'shop' }, { Name: 'gatewright-conformance-r1-shop' }],
    ['GetApiKeys', { nameQuery: 'k' }, { nameQuery: 'gatewright-conformance-r1-k' }],
    // Names that AWS refuses have to stay what they are.
    ['CreateRestApi', { name: ' ' }, { name: ' ' }],
    ['CreateRestApi', { name: long }, { name: long }],
    ['CreateRestApi', { name: 'x'.repeat(103) }, { name: 'x'.repeat(103) }],
    ['CreateUsagePlan', { name: 'x'.repeat(102) }, { name: `${PREFIX}r1-${'x'.repeat(102)}` }],
    ['CreateApiKey', {}, {}],
    ['CreateStage', { stageName: 'dev' }, { stageName: 'dev' }],
    [
      'ImportRestApi',
      { body: '{"info":{"title":"t"}}' },
      { body: '{"info":{"title":"gatewright-conformance-r1-t"}}' },
    ],
    ['ImportRestApi', { body: '{' }, { body: '{' }],
    ['ImportRestApi', { body: '{"info":{}}' }, { body: '{"info":{}}' }],
    [
      'ImportApi',
      { Body: '{"info":{"title":"t"}}' },
      { Body: '{"info":{"title":"gatewright-conformance-r1-t"}}' },
    ],
  ] as const;
  for (const [call, input, expected] of rows)
    it(`sends ${call} ${JSON.stringify(input).slice(0, 40)} under names of the run, and shows the case's own`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'conformance-names-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const sent: SdkCall[] = [];
      const target = ownNames(anEcho(sent), new Journal(folder, 'r1'), () => Promise.resolve());

      const { body } = await target.send('apigateway', { call, input });

      assert.deepEqual(sent[0]?.input, expected);
      assert.deepEqual(body, { id: 'a1', ...input });
    });

  for (const { call, code, left } of [
    { call: 'DeleteFunction', code: 'ResourceNotFoundException', left: 0 },
    { call: 'DeleteFunction', code: 'NotFoundException', left: 0 },
    { call: 'DeleteFunction', code: 'TooManyRequestsException', left: 1 },
    { call: 'GetFunction', code: 'ResourceNotFoundException', left: 1 },
  ])
    it(`${left === 0 ? 'writes down' : 'does not take for granted'} that a function is gone if ${call} is answered ${code}`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'conformance-names-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const journal = new Journal(folder, 'r1');
      const input = { FunctionName: 'f' };
      journal.write({ made: { service: 'lambda', call: 'DeleteFunction', input } });
      const refusing: SdkTarget = {
        ...anEcho([]),
        send: () => Promise.resolve({ status: 404, body: {}, error: { code, message: 'f' } }),
      };

      const reply = await ownNames(refusing, journal, () => Promise.resolve()).send('lambda', {
        call,
        input,
      });

      assert.equal(reply.error?.code, code);
      assert.equal(journal.read().left.length, left);
    });

  it('records what is created and what is removed', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'conformance-names-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const journal = new Journal(folder, 'r1');
    const target = ownNames(anEcho([]), journal, () => Promise.resolve());

    await target.send('apigateway', { call: 'CreateRestApi', input: { name: 'shop' } });
    assert.deepEqual(journal.read().left, [
      { service: 'apigateway', call: 'DeleteRestApi', input: { restApiId: 'a1' } },
    ]);
    await target.send('apigateway', { call: 'DeleteRestApi', input: { restApiId: 'a1' } });

    const { made, removed, left } = journal.read();
    assert.deepEqual({ made, removed, left }, { made: 1, removed: 1, left: [] });
  });
});
