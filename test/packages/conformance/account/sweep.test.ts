import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { Journal } from '../../../../packages/conformance/account/journal.ts';
import { sweep } from '../../../../packages/conformance/account/sweep.ts';
import { startServer } from '../../../../packages/conformance/play/backends.ts';
import type { SdkCall } from '../../../../packages/conformance/play/client.ts';
import type { SdkTarget } from '../../../../packages/conformance/play/control-target.ts';
import type { ControlReply } from '../../../../packages/conformance/schema/control-case.ts';

const MINE = 'gatewright-conformance-0badf00d-shop';
const OK: ControlReply = { status: 200, body: {} };
const refused = (code: string): ControlReply => ({ status: 400, body: {}, error: { code, message: 'no' } });

describe('sweep', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** An account with these answers by call, and roles; what it is asked to remove. */
  async function anAccount(answers: Readonly<Record<string, (call: SdkCall) => ControlReply>>, roles = '') {
    const workingFolder = mkdtempSync(join(tmpdir(), 'conformance-sweep-'));
    closing.push(() => rmSync(workingFolder, { recursive: true }));
    const deleted: [string, unknown][] = [];
    const paced: string[] = [];
    const target: Pick<SdkTarget, 'send'> = {
      send(_service, call) {
        if (call.call.startsWith('Delete')) deleted.push([call.call, call.input]);
        return Promise.resolve(answers[call.call]?.(call) ?? OK);
      },
    };
    const iam = await startServer(({ body }) => {
      const action = new URLSearchParams(body.toString()).get('Action');
      const isKept = action === 'DeleteRole' && body.includes('kept');
      return { status: isKept ? 409 : 200, headers: {}, body: action === 'ListRoles' ? roles : '' };
    });
    closing.push(() => iam.close());
    const credentials = () => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 's' });
    const access = { endpoint: iam.url, region: 'eu-west-1', credentials };
    const run = () =>
      sweep({
        target: target as SdkTarget,
        access,
        workingFolder,
        pace: (call) => Promise.resolve(void paced.push(call)),
      });
    return { workingFolder, deleted, paced, run };
  }

  it('removes what journals list, and does not ask again for what no longer exists', async () => {
    const { workingFolder, deleted, run } = await anAccount({
      DeleteApi: () => refused('NotFoundException'),
      DeleteApiKey: () => refused('TooManyRequestsException'),
    });
    const journal = new Journal(workingFolder, 'r1');
    for (const call of ['DeleteRestApi', 'DeleteApi', 'DeleteApiKey'])
      journal.write({ made: { service: 'apigateway', call, input: { id: call } } });

    assert.deepEqual(await run(), { removed: 1, left: [] });

    assert.deepEqual(
      deleted.map(([call]) => call),
      ['DeleteRestApi', 'DeleteApi', 'DeleteApiKey'],
    );
    assert.deepEqual(
      journal.read().left.map(({ call }) => call),
      ['DeleteApiKey'],
    );
  });

  it('finds what bears the name of a run, over all pages of each list, at the pace of the account', async () => {
    const list = (items: string, name: string, id: string) => (): ControlReply => ({
      status: 200,
      body: {
        [items]: [{ [name]: MINE, [id]: 'mine' }, { [name]: 'shop', [id]: 'other' }, { [id]: 'none' }],
      },
    });
    const pages: unknown[] = [];
    const { deleted, paced, run } = await anAccount({
      GetUsagePlans: list('items', 'name', 'id'),
      GetApiKeys: list('items', 'name', 'id'),
      GetRestApis: ({ input }) => {
        pages.push(input);
        return input['position'] === undefined
          ? { status: 200, body: { items: [], position: 'next' } }
          : list('items', 'name', 'id')();
      },
      GetApis: list('Items', 'Name', 'ApiId'),
      ListFunctions: list('Functions', 'FunctionName', 'FunctionArn'),
    });

    assert.deepEqual(await run(), { removed: 5, left: [] });

    assert.deepEqual(deleted, [
      ['DeleteUsagePlan', { usagePlanId: 'mine' }],
      ['DeleteApiKey', { apiKey: 'mine' }],
      ['DeleteRestApi', { restApiId: 'mine' }],
      ['DeleteApi', { ApiId: 'mine' }],
      ['DeleteFunction', { FunctionName: MINE }],
    ]);
    assert.deepEqual(pages, [{ limit: 500 }, { limit: 500, position: 'next' }]);
    assert.deepEqual(
      paced.filter((call) => !call.startsWith('Get')),
      ['ListFunctions', ...deleted.map(([call]) => call)],
    );
  });

  it('says what it must leave, and continues', async () => {
    const item = { name: MINE, id: 'mine' };
    const { run } = await anAccount(
      {
        GetApiKeys: () => refused('AccessDeniedException'),
        GetRestApis: () => ({ status: 200, body: { items: [item] } }),
        DeleteRestApi: () => refused('TooManyRequestsException'),
      },
      '<RoleName>gatewright-conformance-kept</RoleName><RoleName>gatewright-conformance-r</RoleName>',
    );

    assert.deepEqual(await run(), {
      removed: 1,
      left: [
        'a resource was left behind, because DeleteRestApi failed: TooManyRequestsException "no"',
        'role gatewright-conformance-kept: DeleteRole responded with 409 ',
      ],
    });
  });

  it('ends if a place repeats its pages', async () => {
    let asked = 0;
    const { run } = await anAccount({
      GetRestApis: () => {
        asked += 1;
        return { status: 200, body: { items: [], position: 'again' } };
      },
    });

    await run();

    assert.equal(asked, 200);
  });
});
