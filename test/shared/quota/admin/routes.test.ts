import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { createRouter } from '#shared/http/router.ts';
import { quotaAdminRoutes } from '#shared/quota/admin/routes.ts';
import { anAdminEvent, memoryAdminPorts } from '../../../support/quota-admin.ts';

type Json = Readonly<Record<string, unknown>>;
type Operation = {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Json }>> }>
  >;
};

type Event = {
  readonly httpApi?: { readonly method: string; readonly path: string; readonly authorizer?: object };
};

const ports = memoryAdminPorts();
const routes = quotaAdminRoutes(ports);
const answer = createRouter(routes);

async function ask(
  ...event: Parameters<typeof anAdminEvent>
): Promise<{ status: number; text: string; next: string | undefined }> {
  const { statusCode, body = '', headers } = await answer(anAdminEvent(...event), () => undefined);
  return { status: statusCode, text: body, next: headers?.['x-next-cursor'] };
}

describe('the routes of quota-admin', () => {
  it('are the routes that serverless.yml puts behind IAM, and no others', () => {
    const file = new URL('../../../../serverless.yml', import.meta.url);
    const service = parse(readFileSync(file, 'utf8'), { logLevel: 'silent' }) as {
      readonly functions: Readonly<Record<string, { readonly events?: readonly Event[] }>>;
    };
    const all = Object.entries(service.functions).flatMap(([name, { events = [] }]) =>
      events.flatMap(({ httpApi }) =>
        httpApi?.path.startsWith('/quota') === true ? [{ name, ...httpApi }] : [],
      ),
    );
    const deployed = all.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

    assert.deepEqual(
      deployed.sort(),
      [...routes.map(({ method, path }) => `${method} ${path}`), '* /quota/{proxy+}'].sort(),
    );
    for (const { name, authorizer } of all)
      assert.deepEqual({ name, authorizer }, { name: 'quota-admin', authorizer: { type: 'aws_iam' } });
  });

  it('are described by a document whose operations and schemas are all valid', async () => {
    const document = JSON.parse((await ask('GET /quota/openapi.json')).text) as {
      readonly openapi: string;
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
      readonly components: { readonly schemas: Readonly<Record<string, Json>> };
    };
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

    assert.equal(document.openapi, '3.1.0');
    assert.equal(operations.length, routes.length);
    assert.equal(new Set(operations.map(({ operation }) => operation.operationId)).size, routes.length);
    const ajv = new Ajv2020({ strict: true, strictTypes: false, formats: { 'date-time': true } });
    for (const { path, method, operation } of operations) {
      const { parameters, requestBody, responses } = operation;
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      assert.deepEqual(inPath, names, path);
      const needsId = parameters.some(({ name }) => name === 'Idempotency-Key');
      assert.equal(needsId, method !== 'get', `${method} ${path}`);
      const contents = [
        requestBody?.content ?? {},
        ...Object.values(responses).map(({ content = {} }) => content),
      ];
      const schemas = [...parameters, ...contents.flatMap(Object.values)].map(
        ({ schema }: { schema: Json }) => schema,
      );
      for (const schema of schemas) assert.ok(ajv.compile(schema));
    }
    const validate = ajv.compile(document.components.schemas['Problem'] ?? {});
    assert.ok(
      validate(JSON.parse((await ask('GET /quota/plans/{plan}', { parameters: { plan: 'x' } })).text)),
    );
  });

  it('answer what their schemas say', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    const schemaOf = (id: string): Json =>
      routes.find(({ description }) => description.id === id)?.description.answer.schema ?? {};
    const headers = { 'idempotency-key': 'op-1' };
    const key = { tenant: 'acme', key: 'k-1' };
    const limit = { ...key, limit: 'daily' };
    const plan = { id: 'gold', version: 1, limits: [{ id: 'daily', level: 'key', quota: 9, period: 'DAY' }] };
    const base = '/quota/tenants/{tenant}/keys/{key}/limits/{limit}';
    const customers = '/quota/customers/{tenant}';
    const customer = { tenant: 'globex' };
    const CALLS: readonly (readonly [id: string, ...Parameters<typeof anAdminEvent>])[] = [
      [
        'saveQuotaPlan',
        'PUT /quota/plans/{plan}',
        { parameters: { plan: 'gold' }, headers, body: JSON.stringify(plan) },
      ],
      ['getQuotaPlan', 'GET /quota/plans/{plan}', { parameters: { plan: 'gold' } }],
      ['listQuotaPlans', 'GET /quota/plans'],
      [
        'assignQuotaPlan',
        'PUT /quota/tenants/{tenant}/keys/{key}/plan',
        { parameters: key, headers, body: '{"plan":"gold","version":1}' },
      ],
      ['getQuotaKeyPlan', 'GET /quota/tenants/{tenant}/keys/{key}/plan', { parameters: key }],
      ['listQuotaKeys', 'GET /quota/tenants/{tenant}/keys', { parameters: { tenant: 'acme' } }],
      ['getKeyLimit', `GET ${base}`, { parameters: limit }],
      ['topUpKey', `POST ${base}/top-up`, { parameters: limit, headers, body: '{"units":1}' }],
      ['listQuotaUsage', 'GET /quota/usage'],
      ['listTenantUsage', 'GET /quota/tenants/{tenant}/usage', { parameters: { tenant: 'acme' } }],
      ['setKeyLimit', `PUT ${base}`, { parameters: limit, headers, body: '{"limit":5}' }],
      ['resetKey', `POST ${base}/reset`, { parameters: limit, headers }],
      ['suspendKey', `POST ${base}/suspend`, { parameters: limit, headers }],
      ['resumeKey', `POST ${base}/resume`, { parameters: limit, headers }],
      ['createCustomer', `PUT ${customers}`, { parameters: customer, headers, body: '{"plan":"gold"}' }],
      ['getCustomer', `GET ${customers}`, { parameters: customer }],
      ['listCustomers', 'GET /quota/customers'],
      [
        'setCustomerPlan',
        `PUT ${customers}/plan`,
        { parameters: customer, headers, body: '{"plan":"gold","version":2,"from":"2026-12-19T00:00:00Z"}' },
      ],
      ['suspendCustomer', `POST ${customers}/suspend`, { parameters: customer, headers }],
      ['resumeCustomer', `POST ${customers}/resume`, { parameters: customer, headers }],
      ['closeCustomer', `POST ${customers}/close`, { parameters: customer, headers }],
      ['getTerms', 'GET /quota/tenants/{tenant}/keys/{key}/terms', { parameters: key }],
      ['migrateCustomers', 'POST /quota/migrate-customers', { headers, body: '{}' }],
      ['unassignQuotaPlan', 'DELETE /quota/tenants/{tenant}/keys/{key}/plan', { parameters: key, headers }],
      ['listQuotaAudit', 'GET /quota/audit'],
    ];
    for (const [id, routeKey, options = {}] of CALLS) {
      const ownId = options.headers === undefined ? {} : { headers: { 'idempotency-key': id } };
      const { status, text } = await ask(routeKey, { ...options, ...ownId });
      assert.equal(status, 200, `${id}: ${text}`);
      const validate = ajv.compile(schemaOf(id));
      assert.ok(validate(JSON.parse(text)), `${id}: ${ajv.errorsText(validate.errors)}`);
    }
  });

  it('export CSV with one header line, and with names that no spreadsheet runs', async () => {
    const parameters = { tenant: '=cmd()', key: 'a,"b"' };
    const headers = { 'idempotency-key': 'op-1' };
    const body = '{"plan":"gold","version":1}';
    await ask('PUT /quota/tenants/{tenant}/keys/{key}/plan', { parameters, headers, body });
    const path = 'POST /quota/tenants/{tenant}/keys/{key}/limits/{limit}/top-up';
    await ask(path, { parameters: { ...parameters, limit: 'daily' }, headers, body: '{"units":1}' });

    const first = await ask('GET /quota/export', { query: { format: 'csv', limit: '1' } });
    const second = await ask('GET /quota/export', {
      query: { format: 'csv', limit: '1', cursor: first.next ?? '' },
    });
    const lines = `${first.text}${second.text}`.split('\r\n').filter((line) => line !== '');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^tenant,key,route,limit,plan,periodStart,periodEnd,state,quota/);
    assert.ok(lines.some((line) => line.startsWith(`'=cmd(),"a,""b""",,daily,gold,`)));
    const refused = await ask('GET /quota/export', { query: { format: 'xml' } });
    assert.equal(refused.status, 400);
  });
});
