import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { openSources } from '../../../../../packages/gatewright/command/start/open-sources.ts';

const DOCUMENT = `version: 1
api: { dev: { apiId: a, stage: v1 } }
routes: ..
issuers: [{ id: main, type: oidc, issuer: 'https://issuer.example/', audience: [api] }]
sources: [{ in: header, name: authorization, scheme: Bearer, issuers: [main] }]
rules: [{ id: all, effect: allow, methods: [GET], paths: [/**] }]
`;
const API = {
  kind: 'rest',
  stack: 'shop-dev',
  logicalId: 'Api',
  region: 'us-east-1',
  apiKeySource: 'HEADER',
} as const;
const ROUTE = { method: 'GET', path: '/orders' } as const;
const AUTHORIZER = {
  name: 'tokens',
  payload: 'rest-token',
  ttlSeconds: 3600,
  simpleResponses: false,
  functionName: 'gatewright-dev-token-authorizer',
  identitySources: [{ kind: 'header', name: 'authorization' }],
} as const;

it('finds the stack and its documents when gatewright init creates them after startup', async (test) => {
  const service = mkdtempSync(join(tmpdir(), 'gatewright-open-sources-'));
  test.after(() => rmSync(service, { recursive: true }));
  const template = join(service, 'template.yml');
  writeFileSync(template, 'Resources: {}\n');
  const sources = await openSources([template], 'dev', () => undefined);
  const { access, companions, judge } = sources.options;
  assert.deepEqual([await companions(), sources.all(), access.documents()], [[], [template], []]);
  await judge([]);

  const stack = join(service, 'gatewright');
  mkdirSync(join(stack, 'access'), { recursive: true });
  writeFileSync(join(stack, 'serverless.yml'), 'plugins: [gatewright/stack]\n');
  writeFileSync(template, 'Value: !ImportValue gatewright-dev-TokenAuthorizerArn\n');
  const compiled = { documents: [{ name: 'shop', apis: [{ for: 'dev', apiId: 'a', stage: 'dev' }] }] };
  writeFileSync(join(stack, 'access/compiled.json'), JSON.stringify(compiled));
  writeFileSync(join(stack, 'access/shop.yml'), DOCUMENT);
  writeFileSync(
    join(stack, 'access/shop.routes.json'),
    JSON.stringify({ kind: 'rest', apiIds: {}, routes: [{ ...ROUTE, isProtected: true }] }),
  );

  const folder = relative(process.cwd(), stack);
  assert.deepEqual(await companions(), [folder]);
  assert.deepEqual(sources.all(), [template, folder]);
  assert.deepEqual(
    sources.documents().map(({ name }) => name),
    ['shop'],
  );
  // A start checks the documents before it serves; so does a reload that finds them.
  const routes = [{ ...ROUTE, apiKeyRequired: false, authorizer: AUTHORIZER }];
  await assert.rejects(judge([{ ...API, id: 'a', stage: 'v1', routes }]), {
    code: 'USAGE',
    message: /^access\/shop\.yml: authorizer tokens: caches results for 3600 s/,
  });
});
