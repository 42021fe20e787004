/** The answers of the recipes' authorizers in production, to tokens like those from the issuers in the recipes. */
import { answer } from '#shared/access/answer.ts';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { AuthorizeRequest } from '#shared/access/authorize.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { readTokenHeader } from '#shared/access/credential.ts';
import type { AuthorizerKind } from '#shared/aws/authorizer-event.ts';
import { parseMethodArn } from '#shared/aws/method-arn.ts';
import { UNOBSERVED } from '#shared/unobserved.ts';
import { compilePolicy } from '../../packages/gateway/core/policy/evaluate.ts';
import { aFetcher, aKeySet, aRsaKey, signToken } from './signed-tokens.ts';

type Claims = Readonly<Record<string, unknown>>;

/** The issuer of a recipe as it is in production, and callers with the expected answers. */
type ProductionCase = {
  readonly recipe: string;
  readonly document: string;
  readonly kind: AuthorizerKind;
  /** The API and the stage that the document protects in `prod`. */
  readonly api: string;
  readonly jwksUri: string;
  /** Members of the JOSE header in addition to alg and kid. */
  readonly header: Claims;
  readonly claims: Claims;
  /**
   * The changed claims, the request, and the answer: allow, deny, or Unauthorized, for which API Gateway responds with
   * 401.
   */
  readonly asks: readonly (readonly [Claims, string, string])[];
};

const KEY = aRsaKey();
const now = Math.floor(Date.now() / 1000);
const EXPIRED = { iat: now - 7200, exp: now - 3600 };
/** The tests before this one may take minutes on a busy machine. */
const times = { iat: now, exp: now + 3600 };
const LOCAL = { iss: 'https://local.gatewright.invalid/' };

export const PRODUCTION_CASES: readonly ProductionCase[] = [
  {
    recipe: 'cognito',
    document: 'shop',
    kind: 'rest',
    api: 'a1b2c3d4e5/prod',
    jwksUri: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123/.well-known/jwks.json',
    header: { typ: undefined },
    // Cognito developer guide, "Understanding the access token".
    claims: {
      sub: 'ada',
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123',
      client_id: '3n4b5urk1ft4fl3mg5e62d9ado',
      token_use: 'access',
      username: 'ada',
      version: 2,
      scope: 'aws.cognito.signin.user.admin',
      auth_time: now,
      jti: 'j-1',
      ...times,
    },
    asks: [
      [{}, 'GET/customers/ada/orders', 'allow'],
      [{}, 'GET/customers/bob/orders', 'deny'],
      [{ 'cognito:groups': ['support'] }, 'GET/customers/bob/orders', 'allow'],
      [{ client_id: 'another' }, 'GET/customers/ada/orders', 'Unauthorized'],
      [{ token_use: 'id', aud: '3n4b5urk1ft4fl3mg5e62d9ado' }, 'GET/customers/ada/orders', 'Unauthorized'],
      [EXPIRED, 'GET/customers/ada/orders', 'Unauthorized'],
      [LOCAL, 'GET/customers/ada/orders', 'Unauthorized'],
    ],
  },
  {
    recipe: 'auth0',
    document: 'invoices',
    kind: 'http-1.0',
    api: 'b2c3d4e5f6/$default',
    jwksUri: 'https://example.eu.auth0.com/.well-known/jwks.json',
    header: { typ: 'JWT' },
    // Auth0 docs, "Access token profiles", with RBAC and permissions in the token.
    claims: {
      sub: 'auth0|7',
      iss: 'https://example.eu.auth0.com/',
      azp: 'spa',
      scope: 'openid profile',
      aud: ['https://api.invoices.example', 'https://example.eu.auth0.com/userinfo'],
      permissions: ['read:invoices'],
      ...times,
    },
    asks: [
      [{}, 'GET/invoices', 'allow'],
      [{}, 'POST/invoices/4711/approval', 'deny'],
      [{ 'https://invoices.example/roles': ['approver'] }, 'POST/invoices/4711/approval', 'allow'],
      [{ aud: ['https://other.example'] }, 'GET/invoices', 'Unauthorized'],
      [EXPIRED, 'GET/invoices', 'Unauthorized'],
      [LOCAL, 'GET/invoices', 'Unauthorized'],
    ],
  },
  {
    recipe: 'machine-to-machine',
    document: 'billing',
    kind: 'http-2.0',
    api: 'd4e5f6a7b8/$default',
    jwksUri: 'https://login.example/.well-known/jwks.json',
    header: { typ: 'at+jwt' },
    // RFC 9068 §2.2.
    claims: {
      sub: 'checkout',
      iss: 'https://login.example',
      aud: 'https://billing.example',
      client_id: 'checkout',
      scope: 'charges:read charges:write',
      jti: 'j-1',
      ...times,
    },
    // Payload format 2.0 cannot express 401.
    asks: [
      [{}, 'POST/charges', 'allow'],
      [{ client_id: 'reporting' }, 'GET/charges', 'allow'],
      [{ client_id: 'reporting' }, 'POST/charges', 'deny'],
      [{ client_id: 'another' }, 'GET/charges', 'deny'],
      [EXPIRED, 'GET/charges', 'deny'],
      [LOCAL, 'GET/charges', 'deny'],
    ],
  },
  {
    recipe: 'websocket',
    document: 'tracker-websocket',
    kind: 'websocket',
    api: 'e5f6a7b8c9/prod',
    jwksUri: 'https://login.example/.well-known/jwks.json',
    header: { typ: 'JWT' },
    claims: {
      sub: 'ada',
      iss: 'https://login.example/',
      aud: 'https://tracker.example',
      scope: 'parcels:read',
      ...times,
    },
    asks: [
      [{}, '$connect', 'allow'],
      [{ scope: 'openid' }, '$connect', 'deny'],
      [EXPIRED, '$connect', 'Unauthorized'],
      [LOCAL, '$connect', 'Unauthorized'],
    ],
  },
];

/**
 * Returns the answer of the authorizer of a stack that is deployed as `prod`. The key set of its issuer is at this one
 * address.
 */
export async function askInProduction(
  documents: readonly CompiledDocument[],
  { document, kind, api, jwksUri, header, claims }: ProductionCase,
  changed: Claims,
  target: string,
): Promise<string> {
  const authorizer = createAuthorizer(
    { documents: documents.filter(({ name }) => name === document) },
    { stage: 'prod', localIssuerUrl: undefined },
    {
      keySets: aFetcher(new Map([[jwksUri, aKeySet(KEY)]])),
      clock: { nowEpochMs: () => Date.now() },
      // No caller in these tests has a ticket.
      tickets: { take: () => Promise.reject(new Error('no ticket was brought')) },
    },
  );
  const token = signToken(KEY, { ...claims, ...changed }, header);
  const resource = `arn:aws:execute-api:us-east-1:123456789012:${api}/${target}`;
  try {
    const asked: AuthorizeRequest = {
      kind,
      arn: parseMethodArn(resource),
      sourceIp: undefined,
      readCredential: (sources) => readTokenHeader(`Bearer ${token}`, sources),
    };
    const result = await answer(authorizer, asked, UNOBSERVED);
    if ('isAuthorized' in result) return result.isAuthorized ? 'allow' : 'deny';
    const evaluated = compilePolicy(result.policyDocument);
    if (evaluated.kind === 'invalid') return evaluated.reason;
    const decision = evaluated.policy.decide({
      action: 'execute-api:Invoke',
      resource,
      conditions: new Map(),
    });
    return decision === 'allow' ? 'allow' : 'deny';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
