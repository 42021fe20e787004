import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { startedToolkit } from '../support/started-toolkit.ts';
import type { StartedToolkit } from '../support/started-toolkit.ts';

/** Of stage dev in serverless.yml. */
const LOCAL_SECRET = 'only-for-this-machine';

type Recorded = { readonly calls: readonly { readonly action: string; readonly body: string }[] };

describe("a webhook to Gatewright's stack on the local gateway", () => {
  let toolkit: StartedToolkit;
  before(async () => {
    toolkit = await startedToolkit();
  });

  async function deliver(body: string | Buffer, signed = body, source = 'github'): Promise<number> {
    const url = toolkit.urlOf(({ name }) => name === 'gatewright-dev-admin');
    const hex = createHmac('sha256', LOCAL_SECRET).update(signed).digest('hex');
    const reply = await fetch(`${url}/webhooks/${source}`, {
      method: 'POST',
      // Bytes without a type reach the function in base64, JSON as text.
      headers: {
        'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
        'x-hub-signature-256': `sha256=${hex}`,
        'x-github-event': 'issues',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    return reply.status;
  }

  /** Details of the events that EventBridge would have. */
  async function recorded(): Promise<readonly string[]> {
    const published = readFileSync(join(toolkit.folder, '.gatewright/credentials.json'), 'utf8');
    const { controlSecret } = JSON.parse(published) as { controlSecret: string };
    const reply = await fetch(`${toolkit.control}/_gatewright/recorded`, {
      headers: { authorization: `Bearer ${controlSecret}` },
    });
    const { calls } = (await reply.json()) as Recorded;
    return calls.map(({ action, body }) => {
      const { Entries } = JSON.parse(body) as {
        Entries: readonly { EventBusName: string; DetailType: string; Detail: string }[];
      };
      assert.deepEqual(
        [action, Entries[0]?.EventBusName, Entries[0]?.DetailType],
        ['PutEvents', 'gatewright-dev-webhooks', 'issues'],
      );
      return Entries[0]?.Detail ?? '';
    });
  }

  it('reaches EventBridge once, as the bytes that GitHub signed', async () => {
    const text = '{ "action": "opened",\n "number": 12345678901234567890 }';
    const bytes = Buffer.from([0x7b, 0xff, 0x00]);

    assert.deepEqual([await deliver(text), await deliver(text), await deliver(bytes)], [200, 200, 200]);

    const details = await recorded();
    assert.equal(details.length, 2);
    assert.ok(details[0]?.endsWith(`"payload":${text}}`));
    assert.ok(details[1]?.endsWith(`"bodyBase64":"${bytes.toString('base64')}"}`));
  });

  it('is refused before the handler if it is forged or has no receiver', async () => {
    const before = (await recorded()).length;

    assert.equal(await deliver('{"action":"forged"}', '{"action":"signed"}'), 401);
    assert.equal(await deliver('{}', '{}', 'nobody'), 404);

    assert.equal((await recorded()).length, before);
  });
});
