import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import { aFunction, aMethod, CASES, guarded, HTTP, REST } from '../support/faulty-templates.ts';
import type {
  Gateway,
  GatewayOptions,
  Listening,
  UnsupportedItem,
} from '../../packages/gateway/engine/index.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-partial-'));
after(() => rmSync(folder, { recursive: true }));

const gateways: Gateway[] = [];
after(() => Promise.all(gateways.map((gateway) => gateway.close())));
let count = 0;

type Started = { readonly gateway: Gateway; readonly log: string[]; readonly listening: Listening };

async function start(template: object, more: Partial<GatewayOptions> = {}): Promise<Started> {
  count += 1;
  const file = join(folder, `template-${count}.json`);
  writeFileSync(file, JSON.stringify(template, undefined, 2));
  const log: string[] = [];
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    directory: folder,
    adminKey: { accessKeyId: 'LOCALADMIN', secretAccessKey: 'of-this-test' },
    log: { write: (line) => void log.push(line) },
    ...more,
  });
  gateways.push(gateway);
  await gateway.load([file]);
  return { gateway, log, listening: await gateway.listen() };
}

async function ask({ gateway, listening }: Started, path: string): Promise<number> {
  const [api] = listening.apis;
  assert.ok(api !== undefined);
  const { status } = await gateway.inject({ apiId: api.id, method: 'GET', target: `/dev${path}` });
  return status;
}

function find(items: readonly UnsupportedItem[], message: RegExp): UnsupportedItem {
  const found = items.find((item) => item.message !== undefined && message.test(item.message));
  assert.ok(found !== undefined, JSON.stringify(items, undefined, 1));
  return found;
}

describe('a start with something that cannot be served', () => {
  for (const { name, resources, parameters, good = 200, bad, reports } of CASES)
    it(`serves the rest, closes the affected routes, and reports: ${name}`, async () => {
      const template = {
        ...(parameters === undefined ? {} : { Parameters: parameters }),
        Resources: resources,
      };
      const started = await start(template);

      assert.equal(await ask(started, '/good'), good);
      assert.equal(await ask(started, '/bad'), bad);

      const [logicalId, message, consequence] = reports;
      const item = find(started.listening.unsupported, message);
      assert.equal(item.logicalId, logicalId);
      assert.match(item.consequence, consequence);
      assert.match(item.file ?? '', /template-\d+\.json$/);
      assert.ok((item.line ?? 0) > 1, 'it names the line');
      if (bad === 500) assert.match(started.log.join('\n'), logicalId === '' ? /must have a value/ : message);
    });

  it('reports every fault, not only the first', async () => {
    const { listening } = await start({
      Resources: {
        ...REST,
        GetBad: guarded({ AuthorizerId: 'nobody' }),
        PostBad: aMethod('Bad', 'hello', { HttpMethod: 'POST', Integration: { Type: 'NONE' } }),
      },
    });

    assert.equal(listening.unsupported.filter(({ message }) => message !== undefined).length, 2);
  });

  it('answers without the authorizer under --allow-unguarded, and says so', async () => {
    const unguarded = CASES.filter(({ name }) => /authorizer that is|web ACL|resource policy/.test(name));
    assert.equal(unguarded.length, 5);
    for (const { resources } of unguarded) {
      const started = await start({ Resources: resources }, { allowUnguarded: true });

      assert.equal(await ask(started, '/bad'), 200);
      assert.match(
        JSON.stringify(started.listening.unsupported),
        /open to all callers|does not filter requests/,
      );
    }
  });

  it('ends under --strict if AWS would refuse the template, and reports every fault', async () => {
    await assert.rejects(
      start(
        { Resources: { ...REST, GetBad: guarded({ AuthorizerId: 'nobody' }), Odd: {} } },
        { strict: true },
      ),
      /--strict: these parts[^]*Odd[^]*Invalid authorizer ID|--strict: these parts[^]*Invalid authorizer ID[^]*Odd/,
    );
  });

  it('also names the place of a missing file under --strict', async () => {
    const Machine = { Type: 'AWS::StepFunctions::StateMachine', Properties: {} };
    await assert.rejects(
      start({ Resources: { ...REST, Machine } }, { strict: true }),
      /\.json:\d+: Machine \(AWS::StepFunctions::StateMachine\): StartSyncExecution runs an express state machine; other executions are recorded/,
    );
  });

  it('names a misspelt property, in addition to AWS’s message about the missing one', async () => {
    const Typo = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 't', ProtocolTyp: 'HTTP' } };
    const { listening } = await start({ Resources: { ...REST, Typo } });

    find(listening.unsupported, /^ProtocolType must be HTTP or WEBSOCKET, not /);
    assert.ok(listening.unsupported.some(({ property }) => property === 'ProtocolTyp'));
  });

  it('ends if nothing is left to serve', async () => {
    const Api = { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'SOAP' } };
    await assert.rejects(start({ Resources: { Api } }), /ProtocolType must be HTTP or WEBSOCKET/);
  });

  it('refuses every connection to a WebSocket API with an unreadable $connect route', async () => {
    const { gateway } = await start({
      Resources: {
        Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'ws', ProtocolType: 'WEBSOCKET' } },
        Hello: aFunction('hello'),
        Connect: {
          Type: 'AWS::ApiGatewayV2::Route',
          Properties: { ApiId: { Ref: 'Api' }, RouteKey: { Ref: 'Nothing' }, AuthorizationType: 'CUSTOM' },
        },
        Stage: HTTP['Stage'] ?? Object.create(null),
      },
    });
    const [api] = gateway.routes();

    const status = await new Promise<string>((resolve) => {
      const socket = new WebSocket(api?.url ?? '');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    });
    assert.equal(status, 'refused');
  });

  it('says that an API without a stage, or without a deployment, answers nothing', async () => {
    const { listening } = await start({
      Resources: {
        Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'a', ProtocolType: 'HTTP' } },
        Rest: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'b' } },
      },
    });

    const messages = listening.unsupported.map(
      ({ logicalId, consequence }) => `${logicalId}: ${consequence}`,
    );
    assert.deepEqual(messages, [
      'Http: the API does not respond, because it lacks a stage',
      'Rest: the API does not respond, because it lacks an AWS::ApiGateway::Deployment and a stage',
    ]);
  });
});
