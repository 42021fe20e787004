import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { accessAdminRoutes } from '#shared/access/access-admin-routes.ts';
import { describeRoutes } from '#shared/http/openapi.ts';
import { createRouter } from '#shared/http/router.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { memoryAdminPorts } from '../../support/quota-admin.ts';

const never = (): never => {
  throw new Error('nobody is needed to describe the routes');
};
const ROUTES = accessAdminRoutes({ keys: never, revocations: never, documents: never });

describe('the routes of access-admin', () => {
  it('are those in serverless.yml, each behind IAM', () => {
    const file = new URL('../../../serverless.yml', import.meta.url);
    const { functions } = parse(readFileSync(file, 'utf8'), { merge: true, logLevel: 'error' }) as {
      functions: Record<
        string,
        { events: { httpApi: { method: string; path: string; authorizer?: { type: string } } }[] }
      >;
    };
    const events = (functions['access-admin']?.events ?? []).map(({ httpApi }) => httpApi);
    const deployed = events.filter(({ method }) => method !== '*');

    assert.deepEqual(
      deployed.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort(),
      ROUTES.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    assert.ok(events.every(({ authorizer }) => authorizer?.type === 'aws_iam'));
  });

  // A client that pages keys can page usage: `cursor` asks, `next` answers.
  it('use the same parameter for pages as those of quota-admin', () => {
    const described = [ROUTES, quotaAdminRoutes(memoryAdminPorts())].map((routes) => {
      const { paths } = describeRoutes({ title: '', version: '', description: '' }, routes) as {
        paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }>;
      };
      return Object.entries(paths).flatMap(([path, { get }]) => {
        const names = get?.parameters?.flatMap((each) => (each.in === 'query' ? [each.name] : [])) ?? [];
        return names.some((name) => ['cursor', 'after', 'next', 'page'].includes(name))
          ? [[path, names]]
          : [];
      });
    });

    assert.deepEqual(
      described[0]?.map(([path]) => path),
      ['/access/keys', '/access/revocations'],
    );
    assert.equal(described[1]?.length, 8);
    for (const [path, names] of described.flat()) {
      assert.ok(names?.includes('cursor'), String(path));
      assert.ok(!names?.includes('after'), String(path));
    }
  });

  it('describe themselves', async () => {
    const event = {
      version: '2.0',
      routeKey: 'GET /access/openapi.json',
      headers: {},
      requestContext: {
        stage: '$default',
        requestId: 'r-1',
        timeEpoch: 0,
        http: { method: 'GET', path: '/access/openapi.json' },
        authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
      },
    };
    const { body = '' } = await createRouter(ROUTES)(event, () => undefined);
    const described = JSON.parse(body) as { openapi: string; paths: object };

    assert.equal(described.openapi, '3.1.0');
    assert.deepEqual(Object.keys(described.paths).sort(), [
      '/access/customers/{tenant}/follow',
      '/access/documents/{document}/flush',
      '/access/keys',
      '/access/keys/{keyId}',
      '/access/keys/{keyId}/revoke',
      '/access/keys/{keyId}/rotate',
      '/access/openapi.json',
      '/access/revocations',
      '/access/versions',
      '/access/versions/parts/{part}',
      '/access/versions/{version}/restore',
    ]);
  });
});
