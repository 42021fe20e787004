/** Reloads of a gateway as its console shows them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { readCredentials } from '../../../../../../packages/gateway/kernel/files/identity-file.ts';
import { aGateway } from '../../../../../support/a-gateway.ts';
import type {
  Change,
  ShownReloads,
} from '../../../../../../packages/gateway/console/records/reload-model.ts';
import type { RequestRow } from '../../../../../../packages/gateway/engine/index.ts';

const api = { Ref: 'Api' };
const mock = (method: string): object => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId: api,
    ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
    HttpMethod: method,
    AuthorizationType: 'NONE',
    Integration: {
      Type: 'MOCK',
      RequestTemplates: { 'application/json': '{"statusCode":200}' },
      IntegrationResponses: [{ StatusCode: 200 }],
    },
    MethodResponses: [{ StatusCode: 200 }],
  },
});
const RESOURCES = {
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
  Get: mock('GET'),
  Deployment: { Type: 'AWS::ApiGateway::Deployment', DependsOn: 'Get', Properties: { RestApiId: api } },
  Stage: {
    Type: 'AWS::ApiGateway::Stage',
    Properties: { RestApiId: api, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
  },
};

/** The gateway compares after it has announced a reload. */
const MOST_TRIES = 500;

describe('reloads in the console', () => {
  it('say what changed and what is broken, and which version answered each request', async () => {
    const waiting: (() => void)[] = [];
    const consoleFiles = () => Promise.resolve(new Map());
    const onReload = ({ kind }: { readonly kind: string }): void => {
      if (kind !== 'begun') waiting.shift()?.();
    };
    const started = await aGateway(RESOURCES, { reload: true, consoleFiles, record: 10, onReload });
    try {
      const [template = ''] = started.gateway.stacks.map(({ file }) => file);
      const secret = (await readCredentials(dirname(template)))?.controlSecret ?? '';
      const ask = async <Answer>(path: string): Promise<Answer> => {
        const headers = { Authorization: `Bearer ${secret}` };
        return (await (
          await fetch(`${started.listening.control}/_gatewright/${path}`, { headers })
        ).json()) as Answer;
      };
      const write = async (text: string): Promise<ShownReloads> => {
        const heard = new Promise<void>((resolve) => waiting.push(resolve));
        const before = (await ask<ShownReloads>('console/reloads')).reloads.length;
        writeFileSync(template, text);
        await heard;
        for (let tries = 0; tries < MOST_TRIES; tries += 1) {
          const now = await ask<ShownReloads>('console/reloads');
          if (now.reloads.length > before) return now;
        }
        throw new Error('the reload is not noted');
      };
      const url = started.urlOf('rest');
      await (await fetch(url)).text();

      const broken = await write(`${JSON.stringify(RESOURCES)}{`);
      const mended = await write(
        JSON.stringify({
          Resources: {
            ...RESOURCES,
            Post: mock('POST'),
            Deployment: { ...RESOURCES.Deployment, DependsOn: ['Get', 'Post'] },
          },
        }),
      );
      await (await fetch(url, { method: 'POST' })).text();
      const { rows } = await ask<{ readonly rows: readonly RequestRow[] }>('requests');
      const { changes } = await ask<{ readonly changes: readonly Change[] }>('console/compare?from=1&to=2');

      assert.deepEqual([broken.broken.length, broken.broken[0]?.version, broken.versions.length], [1, 1, 1]);
      assert.equal(broken.broken[0]?.file, 'template.json');
      assert.deepEqual(mended.broken, []);
      assert.deepEqual(
        changes.map(({ name, how }) => `${name} ${how}`),
        ['POST / of shop / dev added'],
      );
      assert.deepEqual(mended.reloads[0]?.changes, changes);
      assert.deepEqual(
        rows.map(({ method, status, version }) => [method, status, version]),
        [
          ['POST', 200, 2],
          ['GET', 200, 1],
        ],
      );
      assert.match(
        JSON.stringify(await ask('console/compare?from=1&to=7')),
        /no longer has both deployments/,
      );
    } finally {
      await started.close();
    }
  });
});
