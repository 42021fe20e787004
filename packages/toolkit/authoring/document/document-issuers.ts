/** Defines the `issuers` section of an access document, which contains the issuers of accepted credentials. */
import { KEY_PREFIX } from '@gatewright/handlers/access/keys/api-key';
import { STAGE_NAME } from '@gatewright/handlers/config/environment';
import { CLAIM_PATH, NAME } from './document-conditions.ts';
import { SIGNATURE_ALGORITHMS } from '@gatewright/handlers/access/tokens/issuers';
import { described, either, integer, list, literal, object, oneOf, text, variant } from './shape.ts';

const HTTPS_URL = text(/^https:\/\/[^\s/?#]+\S*$/, 'an https URL, such as https://issuer.example/');
const CLIENT = text(/^\S{1,256}$/, 'the id of a client');
const STAGES = described(
  list(text(STAGE_NAME, 'a stage of this stack')),
  'The issuer is accepted only in these stages of this stack (keys of "api"). Default: all.',
);

const CLAIMS = object(
  {},
  {
    principal: described(CLAIM_PATH, 'Claim with the subject of the token. Default: sub.'),
    scopes: described(list(CLAIM_PATH), 'Claims with scopes. Default: scope and scp.'),
    roles: described(list(CLAIM_PATH), 'Claims with roles. Default: roles.'),
  },
);

const JWKS = object(
  {},
  {
    maxAgeSeconds: described(
      integer(30, 86_400),
      'Keys that the issuer has withdrawn are refused after this time. Default: 600.',
    ),
    staleSeconds: described(
      integer(0, 604_800),
      'How much longer keys are used while the issuer cannot be reached. After that, every request with a token of this issuer fails with 500. Default: 3600.',
    ),
    cooldownSeconds: described(
      integer(1, 3600),
      'Keys are fetched at most once within this time if tokens have unknown key ids. Default: 30.',
    ),
    // The maximum is low, because two attempts must fit into the timeout of the authorizer's function (serverless.yml).
    timeoutMs: described(
      integer(100, 2000),
      'Timeout of one attempt; there are two attempts. Default: 1500.',
    ),
    maxBytes: described(integer(1000, 1_000_000), 'Default: 150000.'),
    snapshotMaxAgeDays: described(
      integer(1, 90),
      'Deploy the keys with the functions, for cold starts while the issuer cannot be reached, and trust them for this long. gatewright access snapshot fetches the keys.',
    ),
  },
);

const REVOCATION = described(
  either(
    literal(true),
    object(
      {},
      {
        cacheSeconds: described(
          integer(0, 60),
          'For how many seconds an authorizer instance caches whether a token is revoked. Default: 0.',
        ),
      },
    ),
    (value) => typeof value !== 'object',
  ),
  'Refuse revoked tokens (gatewright access revoke). Each check is a consistent read of the access table. Tokens must contain iat.',
);

const ISSUER_BASE = {
  id: described(NAME, 'Name of this issuer in sources and rules.'),
};

const OIDC = object(
  {
    ...ISSUER_BASE,
    type: oneOf('oidc'),
    issuer: described(
      HTTPS_URL,
      "The exact iss of the issuer's tokens. If it ends with a slash, write the slash too.",
    ),
    audience: described(list(CLIENT), 'A token must name one of these in aud.'),
  },
  {
    jwksUri: described(HTTPS_URL, 'Default: {issuer}/.well-known/jwks.json'),
    algorithms: described(list(oneOf(...SIGNATURE_ALGORITHMS)), 'Default: RS256.'),
    typ: described(
      list(text(/^[A-Za-z0-9.+/-]{1,64}$/, 'a token type, such as at+jwt')),
      'Header typ values of access tokens; a token without typ is also accepted. Default: JWT and at+jwt.',
    ),
    clients: described(list(CLIENT), 'Only tokens issued to these clients (client_id or azp).'),
    clockSkewSeconds: described(integer(0, 120), 'Default: 30.'),
    maxTokenAgeSeconds: described(
      integer(60, 31_536_000),
      'Refuse tokens that were issued longer ago. Tokens must contain iat.',
    ),
    revocation: REVOCATION,
    claims: CLAIMS,
    jwks: JWKS,
    only: STAGES,
  },
);

const COGNITO = object(
  {
    ...ISSUER_BASE,
    type: oneOf('cognito'),
    userPoolId: text(
      /^[a-z]{2}(-[a-z]+)+-\d_[A-Za-z0-9]+$/,
      'the id of a user pool, such as eu-west-1_AbCdEf123',
    ),
    clients: described(list(CLIENT), 'App clients; only their tokens are accepted.'),
  },
  {
    tokenUse: described(oneOf('access', 'id'), 'Default: access.'),
    groupsAs: described(oneOf('roles'), 'Groups count as roles. Default: groups have no effect.'),
    clockSkewSeconds: described(integer(0, 120), 'Default: 30.'),
    maxTokenAgeSeconds: integer(60, 31_536_000),
    revocation: REVOCATION,
    jwks: JWKS,
    only: STAGES,
  },
);

const LOCAL = object(
  {
    ...ISSUER_BASE,
    type: described(
      oneOf('local'),
      "The gateway's own issuer; only for stages that are never deployed to AWS.",
    ),
    only: STAGES,
  },
  {
    audience: described(
      list(CLIENT),
      'Addresses of resources, such as http://127.0.0.1:3000/mcp. A client that signs in for a resource gets a token whose aud is the address of the resource. Tokens that gatewright token creates, whose aud is gatewright, are also accepted.',
    ),
    claims: CLAIMS,
    revocation: REVOCATION,
  },
);

const CLIENT_CERT = object(
  {
    ...ISSUER_BASE,
    type: described(oneOf('clientCert'), 'Callers identified by the certificate of their TLS connection.'),
    match: list(
      object(
        {
          issuerDN: text(
            /^[^\s].{0,255}$/,
            'the distinguished name of a CA, such as CN=Partner CA,O=Example',
          ),
        },
        {
          serialNumbers: described(
            list(text(/^[0-9A-Fa-f]{1,2}(:?[0-9A-Fa-f]{2})*$/, 'a serial number in hex, such as 0a:1b')),
            'Only these certificates. Default: all that the CA issued.',
          ),
        },
      ),
      1,
      100,
    ),
  },
  {
    roles: described(list(NAME), 'Roles of every caller with such a certificate.'),
    only: STAGES,
  },
);

const API_KEY = object(
  {
    ...ISSUER_BASE,
    type: described(oneOf('apiKey'), 'API keys in the access table: gatewright keys create.'),
    prefix: described(
      text(KEY_PREFIX, 'letters and digits, at most one _ between them, such as shop_live'),
      "Prefix of the issuer's keys. A key is valid for every API whose document names the key's prefix.",
    ),
  },
  {
    nativeUsagePlan: described(
      literal(true),
      "REST APIs with API key source AUTHORIZER: API Gateway's own usage plan counts each key (gatewright keys create --native-plan).",
    ),
    only: STAGES,
  },
);

const TICKET = object(
  {
    ...ISSUER_BASE,
    type: described(
      oneOf('ticket'),
      'WebSocket APIs only: one-time tickets in the access table, which ws-ticket gives to callers of other APIs.',
    ),
    from: described(
      list(text(/^[A-Za-z0-9._-]{1,128}$/, 'the name of an access document, such as orders'), 1, 10),
      'Access documents of REST and HTTP APIs. Callers of these APIs can get tickets.',
    ),
  },
  {
    ttlSeconds: described(integer(5, 30), 'How long a ticket is valid. Default: 30.'),
    only: STAGES,
  },
);

export const ISSUER = variant('type', {
  oidc: OIDC,
  cognito: COGNITO,
  local: LOCAL,
  clientCert: CLIENT_CERT,
  apiKey: API_KEY,
  ticket: TICKET,
});
