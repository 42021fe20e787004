/** Access documents for tests, made the way the build makes them. */
import { compileDocument } from '../../packages/toolkit/authoring/compile/compile-document.ts';
import type { Compilation } from '../../packages/toolkit/authoring/compile/compile-document.ts';
import type { CompiledAccess, CompiledDocument } from '#shared/access/compiled-document.ts';
import type { Principal } from '#shared/access/decide/principal.ts';
import { checkPlan } from '../../packages/toolkit/authoring/check/check-plan.ts';
import { printProblem } from '../../packages/toolkit/authoring/document/read-document.ts';
import { readDocument } from '../../packages/toolkit/authoring/document/read-access-document.ts';
import { protectionOf } from '../../packages/toolkit/authoring/inventory/route-inventory.ts';
import type { RouteInventory } from '../../packages/toolkit/authoring/inventory/route-inventory.ts';

export const API_ID = 'a1b2c3d4e5';
export const PREFIX = `arn:aws:execute-api:us-east-1:123456789012:${API_ID}`;
export const ARN = {
  partition: 'aws',
  region: 'us-east-1',
  accountId: '123456789012',
  apiId: API_ID,
  stage: 'prod',
};

/** A whole document as a person would write it. The members that a test gives replace its own. */
export function documentText(over: object = {}): object {
  return {
    version: 1,
    api: { prod: { apiId: API_ID, stage: 'prod' } },
    routes: '..',
    issuers: [{ id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] }],
    sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] }],
    roles: {
      support: { scopes: ['orders:read'] },
      admin: { inherits: ['support'], scopes: ['orders:write'] },
    },
    rules: [{ id: 'everything', effect: 'allow', methods: ['*'], paths: ['/**'] }],
    ...over,
  };
}

/** `GET /users` … → inventory; `open GET /menu` has no authorizer, `JWT GET /own` another. */
export function anInventory(
  routes: readonly string[],
  kind: RouteInventory['kind'] = 'rest',
): RouteInventory {
  return {
    kind,
    apiIds: {},
    routes: routes.map((text) => {
      const [, open, method = '', path = ''] = /^(?:(open|JWT) )?(\S+) (\S+)$/.exec(text) ?? [];
      return {
        method,
        path,
        ...protectionOf(open === undefined ? 'CUSTOM' : open === 'open' ? 'NONE' : open),
      };
    }),
  };
}

/** Reads and compiles a document, given as YAML text or as a value. */
export function compile(text: string | object, inventory: RouteInventory, name = 'orders'): Compilation {
  const reading = readDocument(typeof text === 'string' ? text : JSON.stringify(text), `access/${name}.yml`);
  return reading.kind === 'invalid' ? reading : compileDocument({ name, inventory, checkPlan, ...reading });
}

/** @throws Error that lists every problem, for tests that need a document without problems */
export function aDocument(
  over: object = {},
  routes?: readonly string[],
  kind: RouteInventory['kind'] = 'rest',
): CompiledDocument {
  const usual = kind === 'websocket' ? ['ANY $connect'] : ['GET /users', 'GET /users/{id}'];
  const compilation = compile(documentText(over), anInventory(routes ?? usual, kind));
  if (compilation.kind === 'compiled') return compilation.document;
  throw new Error(compilation.problems.map(printProblem).join('\n'));
}

export function anAccess(...documents: readonly CompiledDocument[]): CompiledAccess {
  return { documents };
}

export function aPrincipal(over: Partial<Principal> = {}): Principal {
  const { claims = {}, subject = 'u-1' } = over;
  return {
    principalId: `main|${subject}`,
    issuerId: 'main',
    issuer: 'https://issuer.example/',
    subject,
    clientId: undefined,
    roles: new Set<string>(),
    scopes: new Set<string>(),
    expiresAtEpochSeconds: 2_000_000_000,
    ...over,
    claims: { sub: subject, ...claims },
  };
}
