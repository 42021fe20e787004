import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as holdFor } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { attachDebugger, inspectorOf } from '../support/a-debugger.ts';
import { readyOf, startCommand } from '../support/command.ts';
import type { Debugger } from '../support/a-debugger.ts';
import type { Running } from '../support/command.ts';

const HOLD_MS = 3_000;

const SOURCE = `type Event = { readonly rawPath: string };
type Context = { getRemainingTimeInMillis(): number };

export const handler = async ({ rawPath }: Event, context: Context) => {
  const answer: string = 'answered ' + rawPath;
  if (rawPath === '/late') await new Promise(() => setInterval(() => 0, 99));
  return { statusCode: 200, body: JSON.stringify({ answer, leftMs: context.getRemainingTimeInMillis() }) };
};

export const guard = async () => {
  return { isAuthorized: true };
};
`;
const HANDLER_LINE = 7;
const GUARD_LINE = 11;

const lambda = (handler: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs24.x',
    Handler: `held.${handler}`,
    Timeout: 1,
    Code: '.',
    Role: 'arn:aws:iam::123456789012:role/any',
  },
});
const addInvokePermission = (logicalId: string) => ({
  Type: 'AWS::Lambda::Permission',
  Properties: {
    Action: 'lambda:InvokeFunction',
    FunctionName: { Ref: logicalId },
    Principal: 'apigateway.amazonaws.com',
  },
});
const TEMPLATE = {
  Resources: {
    HeldPermission: addInvokePermission('Held'),
    GuardPermission: addInvokePermission('Guard'),
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'held', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Held: lambda('handler'),
    Guard: lambda('guard'),
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: 1500,
        IntegrationUri: { 'Fn::GetAtt': ['Held', 'Arn'] },
      },
    },
    Authorizer: {
      Type: 'AWS::ApiGatewayV2::Authorizer',
      Properties: {
        ApiId: { Ref: 'Api' },
        Name: 'guard',
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        AuthorizerUri: {
          'Fn::Sub':
            'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Guard.Arn}/invocations',
        },
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /{proxy+}',
        AuthorizationType: 'CUSTOM',
        AuthorizerId: { Ref: 'Authorizer' },
        Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] },
      },
    },
  },
};

describe('gatewright start --inspect', { timeout: 120_000 }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatewright-inspect-')));
  const source = pathToFileURL(join(folder, 'held.ts')).href;
  let gateway: Running;
  let url: string;

  before(async () => {
    writeFileSync(join(folder, 'held.ts'), SOURCE);
    writeFileSync(join(folder, 'template.json'), JSON.stringify(TEMPLATE));
    gateway = await startCommand(
      ['start', '--inspect=0', 'template.json', '--json', '--port', '0', '--control-port', '0'],
      '"ready":true',
      { cwd: folder },
    );
    url = (readyOf(gateway) as { apis: { url: string }[] }).apis[0]?.url ?? '';
  });
  after(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  function attach(line: number): Promise<Debugger> {
    return attachDebugger(inspectorOf(gateway.output().stderr), { source, line });
  }

  it('listens on the loopback address only', () => {
    assert.match(inspectorOf(gateway.output().stderr), /^ws:\/\/127\.0\.0\.1:\d+\//);
  });

  it('answers 200 when a function with a timeout of 1 s was paused for 3 s at a line of its TypeScript', async () => {
    const debug = await attach(HANDLER_LINE);
    const startedMs = performance.now();
    const response = fetch(`${url}/pizza`);
    const place = await debug.held();
    await holdFor(HOLD_MS);
    debug.goOn();

    const { status } = await response;
    const { answer, leftMs } = (await (await response).json()) as { answer: string; leftMs: number };
    await debug.close();

    assert.deepEqual(place, { source, line: HANDLER_LINE });
    assert.equal(status, 200);
    assert.equal(answer, 'answered /pizza');
    assert.ok(performance.now() - startedMs >= HOLD_MS);
    assert.ok(leftMs > 0 && leftMs <= 1000, `${leftMs} ms are left of the second`);
  });

  it('answers 200 when the authorizer function was paused for longer than its timeout', async () => {
    const debug = await attach(GUARD_LINE);
    const response = fetch(`${url}/pasta`);
    const place = await debug.held();
    await holdFor(HOLD_MS / 2);
    debug.goOn();

    const { status } = await response;
    await debug.close();

    assert.deepEqual(place, { source, line: GUARD_LINE });
    assert.equal(status, 200);
  });

  it('lets time pass again: a function that runs longer than its timeout ends', async () => {
    const { status } = await fetch(`${url}/late`);

    assert.equal(status, 500);
    assert.match(gateway.output().stderr, /Task timed out after 1\.00 seconds/);
  });

  it('ends on SIGTERM while a function is paused and the debugger is attached', async () => {
    const debug = await attach(HANDLER_LINE);
    const response = fetch(`${url}/never`).catch(() => undefined);
    await debug.held();

    const { code, tookMs } = await gateway.stop();
    await response;

    assert.equal(code, 0);
    assert.ok(tookMs < 5_000, `took ${tookMs} ms`);
  });
});
