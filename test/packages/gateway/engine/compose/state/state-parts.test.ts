import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { readStateFile, writeStateFile } from '../../../../../../packages/gateway/kernel/files/state-file.ts';
import { aGateway } from '../../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../../support/a-gateway.ts';

const HOUR_MS = 3_600_000;
const shop = { RestApiId: { Ref: 'Shop' } };
const RESOURCES = {
  Orders: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'shop-orders',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    },
  },
  Shop: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
  Get: {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      ...shop,
      ResourceId: { 'Fn::GetAtt': ['Shop', 'RootResourceId'] },
      HttpMethod: 'GET',
      ApiKeyRequired: true,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'MOCK',
        RequestTemplates: { 'application/json': '{"statusCode":200}' },
        IntegrationResponses: [{ StatusCode: '200' }],
      },
      MethodResponses: [{ StatusCode: '200' }],
    },
  },
  Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: 'Get', Properties: shop },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { ...shop, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
  },
  Key: {
    Type: 'AWS::ApiGateway::ApiKey',
    Properties: { Enabled: true, Value: 'a-key-of-twenty-and-more-letters' },
  },
  Plan: {
    Type: 'AWS::ApiGateway::UsagePlan',
    Properties: {
      Quota: { Limit: 2, Period: 'DAY' },
      ApiStages: [{ ApiId: { Ref: 'Shop' }, Stage: { Ref: 'Stage' } }],
    },
  },
  Member: {
    Type: 'AWS::ApiGateway::UsagePlanKey',
    Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
  },
};

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
type SavedTable = { readonly definition: object; readonly items: readonly unknown[] };
type State = { readonly tables: readonly [SavedTable]; readonly [part: string]: unknown };

describe('the state file of a gateway', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-state-'));
  const file = join(folder, 'state.data');
  const options = { resets: true, dynamodb: { kind: 'embedded', dataDirectory: undefined } } as const;
  let started: StartedGateway;
  before(async () => {
    started = await aGateway(RESOURCES, options);
  });
  after(async () => {
    await started.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    await ask('POST', 'reset', {});
    await ask('POST', 'items', { table: 'Orders', items: [{ id: 'first' }] });
    await ask('POST', 'advance', { ms: HOUR_MS });
  });

  async function ask(method: string, path: string, body?: object, at = started): Promise<Answer> {
    const { GATEWRIGHT_CONTROL_SECRET: secret = '' } = at.gateway.environment();
    const reply = await fetch(`${at.listening.control}/_gatewright/${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Answer['body'] };
  }
  const save = async (): Promise<State> => {
    assert.equal((await ask('POST', 'data/save', { file })).status, 200);
    return (await readStateFile(file)) as State;
  };
  const load = async (state: object, at = started): Promise<Answer> => {
    await writeStateFile(file, { ...state });
    return ask('POST', 'data/load', { file }, at);
  };
  const items = async (): Promise<unknown> => (await ask('GET', 'items?table=Orders')).body['items'];
  const movedBy = async (): Promise<number> => Number((await ask('GET', 'clock')).body['offsetMs']);
  const call = async (): Promise<number> => {
    const headers = { 'x-api-key': 'a-key-of-twenty-and-more-letters' };
    const reply = await fetch(started.urlOf('rest'), { headers });
    await reply.text();
    return reply.status;
  };

  it('restores items, the time and the usage of keys, and nothing later', async () => {
    await call();
    const state = await save();
    assert.equal(await call(), 200);
    await ask('POST', 'items', { table: 'Orders', items: [{ id: 'later' }] });
    await ask('POST', 'advance', { ms: HOUR_MS });

    const { status, body } = await load(state);

    assert.deepEqual([status, body['left'], body['tables'], body['items']], [200, [], 1, 1]);
    assert.deepEqual(await items(), [{ id: 'first' }]);
    assert.equal(await movedBy(), state['clockOffsetMs']);
    assert.deepEqual([await call(), await call()], [200, 429]);
  });

  it('reports usage of keys that do not exist here, and restores the rest', async () => {
    const state = await save();
    const usage = { firstDay: 1, used: [], extensions: [] };

    const { status, body } = await load({ ...state, usage: [{ planId: 'p', keyId: 'k', usage }] });

    assert.deepEqual(
      [status, body['left']],
      [
        200,
        [
          'the usage of key k in plan p is not loaded: this gateway has no such plan, or the plan does not have this key',
        ],
      ],
    );
  });

  it('may come from a version that saved no services', async () => {
    const { services, ...older } = await save();

    assert.ok(services);
    assert.equal((await load(older)).status, 200);
  });

  const otherKey = (definition: object): object => ({
    ...definition,
    KeySchema: [{ AttributeName: 'number', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'number', AttributeType: 'N' }],
  });
  const otherType = (definition: object): object => ({
    ...definition,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
  });
  /** docs/decisions, "reload prepares, then swaps": "A load validates everything before the first change". */
  const refused: readonly (readonly [
    what: string,
    change: (state: State) => Readonly<Record<string, unknown>>,
    message: RegExp,
  ])[] = [
    [
      'a table with another key',
      ({ tables: [table] }) => ({
        tables: [{ ...table, definition: otherKey(table.definition), items: [{ number: { N: '1' } }] }],
      }),
      /^the table shop-orders has different keys in the file and in the template$/,
    ],
    [
      'a table with a key of another type',
      ({ tables: [table] }) => ({
        tables: [{ ...table, definition: otherType(table.definition), items: [] }],
      }),
      /^the table shop-orders has different keys in the file and in the template$/,
    ],
    [
      'a table twice',
      ({ tables: [table] }) => ({ tables: [table, table] }),
      /^the file contains the table .*shop-orders.* twice; save the data again$/,
    ],
    [
      'no tables',
      () => ({ tables: undefined }),
      /^the tables in the file are not a list; save the data again$/,
    ],
    [
      'no time',
      () => ({ clockOffsetMs: null }),
      /^the clock in the file is null; expected the offset of the clock in milliseconds/,
    ],
    ['no users', () => ({ pools: undefined }), /^the users in the file are invalid; save the data again$/],
    ['calls that are not a list', () => ({ calls: {} }), /calls/],
    [
      'usage that is not a list',
      () => ({ usage: {} }),
      /^the usage in the file is not a list; save the data again$/,
    ],
    [
      'services that are not an object',
      () => ({ services: [] }),
      /^the services in the file are not an object keyed by service name; save the data again$/,
    ],
    [
      'a service without a state',
      () => ({ services: { gongs: {} } }),
      /service "gongs", but this gateway keeps no state/,
    ],
  ];
  for (const [what, change, message] of refused)
    it(`is refused with ${what}, and changes nothing`, async () => {
      const state = await save();
      await ask('POST', 'items', { table: 'Orders', items: [{ id: 'later' }] });
      await ask('POST', 'advance', { ms: HOUR_MS });
      const [itemsBefore, movedBefore] = [await items(), await movedBy()];

      const { status, body } = await load({ ...state, ...change(state) });

      assert.equal(status, 409);
      assert.match(String(body['message']), message);
      assert.deepEqual([await items(), await movedBy()], [itemsBefore, movedBefore]);
    });

  it('is refused with tables if tables are not kept here, and taken without', async () => {
    const state = await save();
    const without = await aGateway({ Shop: RESOURCES.Shop }, { dynamodb: { kind: 'none' } });
    try {
      const { status, body } = await load(state, without);

      assert.deepEqual(
        [status, body['message']],
        [
          409,
          'the file has tables, but this gateway has no tables of its own; start without --dynamodb URL to load the file',
        ],
      );
      assert.equal((await load({ ...state, tables: [] }, without)).status, 200);
    } finally {
      await without.close();
    }
  });
});
