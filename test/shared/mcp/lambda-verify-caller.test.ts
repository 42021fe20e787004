import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readRequest } from '#shared/aws/read-request.ts';
import { DomainError } from '#shared/errors.ts';
import { createMcpVerifier } from '#shared/mcp/lambda-verify-caller.ts';
import { aDocument, anAccess } from '../../support/an-access-document.ts';

const VARIABLES = ['GATEWRIGHT_STAGE', 'GATEWRIGHT_ACCESS_TABLE', 'GATEWRIGHT_ISSUER_URL'];
const DOCUMENT = aDocument(
  {
    result: { cacheTtlSeconds: 0 },
    rules: [{ id: 'reach', effect: 'allow', methods: ['POST'], paths: ['/mcp'] }],
    mcp: { path: '/mcp', rules: [{ id: 'read', effect: 'allow', tools: ['get_*'] }] },
  },
  ['POST /mcp'],
);
const request = readRequest({ httpMethod: 'POST', headers: {}, requestContext: {} });

describe('createMcpVerifier', () => {
  const own = new Map(VARIABLES.map((name) => [name, process.env[name]]));
  before(() => {
    for (const name of VARIABLES) Reflect.deleteProperty(process.env, name);
  });
  after(() => {
    for (const [name, value] of own) if (value !== undefined) process.env[name] = value;
  });

  it('needs the stage, at once', () => {
    assert.throws(
      () => createMcpVerifier(anAccess(DOCUMENT)),
      (error) => error instanceof DomainError && error.code === 'CONFIG_INVALID',
    );
  });

  it('decides by the given documents', async () => {
    process.env['GATEWRIGHT_STAGE'] = 'prod';
    const verify = createMcpVerifier(anAccess(DOCUMENT));
    await assert.rejects(
      verify('orders', request, () => 1000),
      { code: 'TOKEN_MISSING' },
    );
    await assert.rejects(
      verify('others', request, () => 1000),
      { code: 'CONFIG_INVALID' },
    );
  });
});
