/** The access document as a person writes it: who may do what on one API. Schema of `access/<name>.yml`. */
import { AUTHORIZER_RESULT_LIMIT_BYTES } from '../aws/limits.ts';
import { CLAIM_PATH, CONDITION, NAME, SCOPE } from './document-conditions.ts';
import { SIGNATURE_ALGORITHMS } from './issuers.ts';
import {
  described,
  flag,
  integer,
  list,
  literal,
  object,
  oneOf,
  record,
  refine,
  text,
  variant,
} from './shape.ts';
import type { JsonSchema, Shape, ShapeOf } from './shape.ts';

const STAGE = /^(\$default|[A-Za-z0-9_-]{1,128})$/;
const HTTPS_URL = text(/^https:\/\/[^\s/?#]+\S*$/, 'an https URL, such as https://issuer.example/');
const CLIENT = text(/^\S{1,256}$/, 'the id of a client');
const STAGES = described(
  list(text(/^[A-Za-z0-9_-]{1,128}$/, 'a stage of this stack')),
  'Only in these stages of this stack (keys of "api"); everywhere when left out.',
);

const API = refine(
  object(
    { stage: text(STAGE, 'the stage of the API, such as prod or $default') },
    {
      stack: described(
        text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'the name of a CloudFormation stack'),
        'Stack that holds the API.',
      ),
      logicalId: text(/^[A-Za-z0-9]{1,255}$/, 'the logical id of the API in its stack'),
      apiId: text(/^[a-z0-9]{1,64}$/, 'the id of the API, such as a1b2c3d4e5'),
    },
  ),
  { anyOf: [{ required: ['apiId'] }, { required: ['stack', 'logicalId'] }] },
  ({ stack, logicalId, apiId }) =>
    apiId !== undefined || (stack !== undefined && logicalId !== undefined)
      ? undefined
      : 'names no API: write stack and logicalId, or apiId',
);

const CLAIMS = object(
  {},
  {
    principal: described(CLAIM_PATH, 'Whom the token speaks for. Default: sub.'),
    scopes: described(list(CLAIM_PATH), 'Where scopes stand. Default: scope and scp.'),
    roles: described(list(CLAIM_PATH), 'Where roles stand. Default: roles.'),
  },
);

const JWKS = object(
  {},
  {
    maxAgeSeconds: described(integer(30, 86_400), 'A withdrawn key is refused after this. Default: 600.'),
    staleSeconds: described(
      integer(0, 604_800),
      'How much longer keys serve while the issuer is out of reach; then every request fails with 500. Default: 3600.',
    ),
    cooldownSeconds: described(
      integer(1, 3600),
      'At most one look for unknown key ids in this time. Default: 30.',
    ),
    timeoutMs: described(integer(100, 5000), 'Default: 1500.'),
    maxBytes: described(integer(1000, 1_000_000), 'Default: 150000.'),
    snapshotMaxAgeDays: described(
      integer(1, 90),
      'Ship the keys as they are at build, for starts while the issuer is out of reach, and trust them for so long. Take them with gatewright access snapshot.',
    ),
  },
);

const ISSUER_BASE = {
  id: described(NAME, 'Name by which sources and rules mean this issuer.'),
};

const OIDC = object(
  {
    ...ISSUER_BASE,
    type: oneOf('oidc'),
    issuer: described(HTTPS_URL, 'Exactly the iss of its tokens, trailing slash included.'),
    audience: described(list(CLIENT), 'A token must name one of these in aud.'),
  },
  {
    jwksUri: described(HTTPS_URL, 'Default: {issuer}/.well-known/jwks.json'),
    algorithms: described(list(oneOf(...SIGNATURE_ALGORITHMS)), 'Default: RS256.'),
    typ: described(
      list(text(/^[A-Za-z0-9.+/-]{1,64}$/, 'a token type, such as at+jwt')),
      'Header typ values that are access tokens; a token without typ passes too. Default: JWT and at+jwt.',
    ),
    clients: described(list(CLIENT), 'Only tokens issued to these clients (client_id or azp).'),
    clockSkewSeconds: described(integer(0, 120), 'Default: 30.'),
    maxTokenAgeSeconds: described(
      integer(60, 31_536_000),
      'Refuse tokens issued longer ago; makes iat required.',
    ),
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
    clients: described(list(CLIENT), 'App clients whose tokens are accepted.'),
  },
  {
    tokenUse: described(oneOf('access', 'id'), 'Default: access.'),
    groupsAs: described(oneOf('roles'), 'Groups count as roles. Left out: groups have no effect.'),
    clockSkewSeconds: described(integer(0, 120), 'Default: 30.'),
    maxTokenAgeSeconds: integer(60, 31_536_000),
    jwks: JWKS,
    only: STAGES,
  },
);

const LOCAL = object(
  {
    ...ISSUER_BASE,
    type: described(oneOf('local'), "The gateway's own issuer; only for stages that are never deployed."),
    only: STAGES,
  },
  { claims: CLAIMS },
);

const CLIENT_CERT = object(
  {
    ...ISSUER_BASE,
    type: described(oneOf('clientCert'), 'Callers known by the certificate of their TLS connection.'),
    match: list(
      object(
        { issuerDN: text(/^[^\s].{0,255}$/, 'the name of an authority, such as CN=Partner CA,O=Example') },
        {
          serialNumbers: described(
            list(text(/^[0-9A-Fa-f]{1,2}(:?[0-9A-Fa-f]{2})*$/, 'a serial number in hex, such as 0a:1b')),
            'Only these certificates; all of the authority when left out.',
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

const ISSUERS_OF_SOURCE = described(list(NAME), 'Issuers whose credentials may stand here.');

const SOURCE = variant('in', {
  header: object(
    {
      in: oneOf('header'),
      name: text(/^[A-Za-z0-9-]{1,64}$/, 'the name of a header'),
      issuers: ISSUERS_OF_SOURCE,
    },
    {
      scheme: described(
        oneOf('Bearer'),
        'The word before the credential. Left out: the whole value is the credential.',
      ),
    },
  ),
  query: object(
    {
      in: described(oneOf('query'), 'WebSocket only: URLs end up in logs.'),
      name: text(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a query parameter'),
      issuers: ISSUERS_OF_SOURCE,
    },
    {},
  ),
  subprotocol: object(
    {
      in: described(oneOf('subprotocol'), 'WebSocket only: browsers can set no other header there.'),
      marker: text(
        /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/,
        'the subprotocol that announces the token, such as bearer',
      ),
      issuers: ISSUERS_OF_SOURCE,
    },
    {},
  ),
  clientCert: object({ in: oneOf('clientCert'), issuers: ISSUERS_OF_SOURCE }, {}),
});

const ROLE = object({}, { scopes: list(SCOPE), inherits: list(NAME) });

const RULE_FIELDS = object(
  { id: NAME, effect: oneOf('allow', 'deny') },
  {
    methods: list(oneOf('*', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT')),
    paths: described(
      list(
        text(/^\/(?!.*\*\*.)[^\s?#*]*(\*\*)?$/, 'a path such as /orders/{id}, or /orders/** for all below'),
      ),
      'As the API names its routes. {name} is one segment, {name+} a greedy one, /** at the end the route and all below.',
    ),
    connect: described(literal(true), 'WebSocket: opening a connection.'),
    when: CONDITION,
    bind: described(
      record(
        /^[A-Za-z0-9._:-]{1,64}$/,
        'the name of a path parameter',
        object(
          { claim: CLAIM_PATH },
          {
            each: described(flag(), 'The claim is a list; any of its values fits.'),
            max: described(integer(1, 100), 'A token with more values gets no grant. Default: 20.'),
          },
        ),
        1,
      ),
      'The path parameter must be the value of a claim.',
    ),
  },
);

const RULE = refine(
  RULE_FIELDS,
  { oneOf: [{ required: ['methods', 'paths'] }, { required: ['connect'] }] },
  checkRule,
);

function checkRule({
  connect,
  methods,
  paths,
  bind,
  effect,
}: ShapeOf<typeof RULE_FIELDS>): string | undefined {
  if (connect === true)
    return methods === undefined && paths === undefined && bind === undefined
      ? undefined
      : 'has connect and routes: a WebSocket has no routes to name here, leave methods, paths and bind out';
  if (methods === undefined || paths === undefined)
    return 'names no routes: write methods: [GET] and paths: [/orders], or connect: true for a WebSocket';
  return bind !== undefined && effect === 'deny'
    ? 'binds in a deny rule: bind the allow rule instead'
    : undefined;
}

const RESULT = object(
  {},
  {
    format: described(
      oneOf('policy', 'simple'),
      'simple: HTTP APIs with EnableSimpleResponses, one verdict per answer. Default: policy.',
    ),
    cacheTtlSeconds: described(
      integer(0, 3600),
      'The longest that API Gateway may keep an answer, and so the longest that a withdrawn right lives on. Default: 60.',
    ),
    expiryCondition: described(
      flag(),
      "End every grant at the token's exp by a condition in the policy. Default: false.",
    ),
    maxBytes: described(integer(512, AUTHORIZER_RESULT_LIMIT_BYTES), 'Largest answer. Default: 7168.'),
    onOversize: described(
      oneOf('fail', 'exact'),
      'When a policy would be too large, or IAM cannot say it. fail: 500 and a metric. exact: a policy for this one request; needs a cache TTL of 0. Default: fail.',
    ),
  },
);

const CONTEXT_NAME =
  /^(?!(principalId|integrationLatency|claims|scopes|jwt|lambda|sub|iss|exp|scope|clientId)$)[A-Za-z][A-Za-z0-9_]{0,63}$/;

export const ACCESS_DOCUMENT = object(
  {
    version: literal(1),
    api: described(
      record(/^[A-Za-z0-9_-]{1,128}$/, 'a stage of this stack', API, 1),
      'The API that is protected, for each stage of the stack that holds the authorizers.',
    ),
    routes: described(
      text(/^\S{1,400}$/, 'a folder with a serverless.yml, a template, an OpenAPI file, or live'),
      'Where the routes of the API are read from, relative to the document: folder of a service, template, OpenAPI file; or live.',
    ),
    issuers: list(variant('type', { oidc: OIDC, cognito: COGNITO, local: LOCAL, clientCert: CLIENT_CERT }), 1, 20),
    sources: described(
      list(SOURCE, 1, 10),
      'Where a credential is looked for, in this order. A bad credential is refused; the next place is not tried.',
    ),
    rules: described(
      list(RULE, 1, 200),
      'Nobody may do anything unless a rule allows it; a deny rule wins; order does not matter.',
    ),
  },
  {
    $schema: text(/^\S{1,400}$/, 'the path of access.schema.json'),
    roles: described(
      record(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -', ROLE),
      'Roles that rules may name. inherits: the role is those roles too; scopes: it has these scopes as well.',
    ),
    context: described(
      record(
        CONTEXT_NAME,
        'a name of letters, digits and _ that is not one of the standard ones',
        object({ claim: CLAIM_PATH }, {}),
      ),
      'Claims that the backend gets beside sub, iss, scope, clientId and exp. What stands here reaches access logs.',
    ),
    result: RESULT,
  },
);

export type AccessDocument = ShapeOf<typeof ACCESS_DOCUMENT>;
export type RuleText = AccessDocument['rules'][number];
export type IssuerText = Exclude<AccessDocument['issuers'][number], { type: 'clientCert' }>;
export type CertificateIssuerText = Extract<AccessDocument['issuers'][number], { type: 'clientCert' }>;
export type SourceText = AccessDocument['sources'][number];
export type BindText = NonNullable<RuleText['bind']>[string];

/** What editors complete from; `access/access.schema.json` is this, printed. */
export function documentSchema(): JsonSchema {
  const { schema }: Shape<unknown> = ACCESS_DOCUMENT;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Gatewright access document',
    ...schema,
    definitions: { condition: CONDITION.schema },
  };
}
