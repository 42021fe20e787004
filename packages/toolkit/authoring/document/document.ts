/**
 * Defines the access document as users write it, which determines who may do what on one API. This is the schema of
 * `access/<name>.yml`.
 */
import { CLAIM_PATH, CONDITION, NAME, SCOPE } from './document-conditions.ts';
import { ISSUER } from './document-issuers.ts';
import { CHANNELS } from './document-channels.ts';
import { MCP } from './document-mcp.ts';
import { QUOTA } from './document-quota.ts';
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
import type { Shape, ShapeOf } from './shape.ts';
import { OWN_MEMBERS } from '@gatewright/handlers/access/context-members';
import { STAGE_NAME } from '@gatewright/handlers/config/environment';
import type { JsonSchema } from '@gatewright/handlers/http/fields';

const CLAIM_NAME = text(/^[^\s]{1,200}$/, 'the name of a claim, such as sub or cognito:groups');

/**
 * Defines the `result` section of an access document, which determines the form of the authorizer's result and what it
 * passes to the backend.
 */
const RESULT = object(
  {},
  {
    claims: described(
      object(
        {
          as: oneOf('cognito', 'jwt'),
          names: list(CLAIM_NAME, 1, 50),
        },
        {
          optional: described(
            list(CLAIM_NAME, 0, 50),
            'Claims that may be missing or empty. A caller who lacks any other listed claim is denied (403, missing_claim), because data stored under a missing value would mix all such callers.',
          ),
        },
      ),
      'Claims that claimsOf(event) gives the backend. Their values have the form in which a Cognito or JWT authorizer gives them, including lists. They appear in access logs. Every caller must have them, except those under optional.',
    ),
    format: described(
      oneOf('policy', 'simple'),
      'simple: for HTTP APIs with EnableSimpleResponses; a result then contains only one decision. Default: policy.',
    ),
    cacheTtlSeconds: described(
      integer(0, 3600),
      'The longest time that API Gateway may cache a result, and therefore how long a withdrawn right stays valid. Default: 60.',
    ),
    rejectIfExpiresWithinSeconds: described(
      integer(1, 3600),
      'Refuse with 401 any credential that expires within this time. If the time is at least cacheTtlSeconds, no cached result outlives its token. Default: credentials are accepted until they expire.',
    ),
    expiryCondition: described(
      flag(),
      "Add to the policy a condition that ends every grant at the token's exp. Default: false.",
    ),
    maxBytes: described(
      integer(512, AUTHORIZER_RESULT_LIMIT_BYTES),
      'Size limit of a result. Default: 7168.',
    ),
    onOversize: described(
      oneOf('fail', 'exact'),
      'What to do when a policy would be too large, or IAM cannot express it. fail: 500 and a metric. exact: a policy for this one request, which needs a cache TTL of 0. Default: fail.',
    ),
  },
);
import { AUTHORIZER_RESULT_LIMIT_BYTES } from '@gatewright/handlers/aws/limits';

const STAGE = /^(\$default|[A-Za-z0-9_-]{1,128})$/;

const API_ID_TEXT = text(/^[a-z0-9]{1,64}$/, 'the id of the API, such as a1b2c3d4e5');
/**
 * The id of an API. YAML reads some ids as numbers, because AWS also assigns ids that consist only of digits, and ids
 * such as `12e4567890`.
 */
const API_ID: Shape<string> = {
  ...API_ID_TEXT,
  read(value, path, report) {
    if (typeof value !== 'number') return API_ID_TEXT.read(value, path, report);
    report(path, "must be in quotes, because YAML reads it as a number: apiId: '…'");
    return undefined;
  },
};

const API = refine(
  object(
    { stage: text(STAGE, 'the stage of the API, such as prod or $default') },
    {
      stack: described(
        text(/^[A-Za-z][A-Za-z0-9-]{0,127}$/, 'the name of a CloudFormation stack'),
        'Stack of the API.',
      ),
      logicalId: text(/^[A-Za-z0-9]{1,255}$/, 'the logical id of the API in its stack'),
      output: described(
        text(/^[A-Za-z0-9]{1,255}$/, 'the name of an output of the stack'),
        'Output of the stack with the id or the address of the API. Looked up when the stack is packaged, instead of logicalId.',
      ),
      name: described(
        text(/^[^\p{Cc}]{1,128}$/u, 'the name of the API'),
        'Name of an API outside of any stack. Looked up when the stack is packaged.',
      ),
      apiId: API_ID,
    },
  ),
  {
    anyOf: [
      { required: ['apiId'] },
      { required: ['name'] },
      { required: ['stack', 'logicalId'] },
      { required: ['stack', 'output'] },
    ],
  },
  ({ stack, logicalId, output, name, apiId }) => {
    const place = logicalId ?? output;
    return (apiId ?? name ?? place) !== undefined && (place === undefined || stack !== undefined)
      ? undefined
      : 'names no API: write stack and logicalId, stack and output, name, or apiId';
  },
);

const ISSUERS_OF_SOURCE = described(
  list(NAME),
  'Issuers of the credentials that are accepted from this source.',
);

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
        'The word before the credential. Default: the whole value is the credential.',
      ),
    },
  ),
  query: object(
    {
      in: described(oneOf('query'), 'WebSocket APIs only, because URLs end up in logs.'),
      name: text(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a query parameter'),
      issuers: ISSUERS_OF_SOURCE,
    },
    {},
  ),
  subprotocol: object(
    {
      in: described(
        oneOf('subprotocol'),
        'WebSocket APIs only: browsers cannot set any other header of a WebSocket handshake.',
      ),
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
        text(
          /^\/(?=.{0,1023}$)(?!.*\*\*.)[^\s?#*]*(\*\*)?$/,
          'a path such as /orders/{id}, or /orders/** for /orders and everything below it',
        ),
      ),
      "Paths of the API's routes. {name} is one segment, {name+} a greedy one; /** at the end means the route and everything below it.",
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
            each: described(flag(), 'The claim is a list, and any of its values matches.'),
            max: described(integer(1, 100), 'A token with more values grants nothing. Default: 20.'),
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
      : 'has connect and routes, but in a WebSocket API only $connect is authorized: remove methods, paths and bind';
  if (methods === undefined || paths === undefined)
    return 'names no routes: write methods: [GET] and paths: [/orders], or connect: true for a WebSocket';
  return bind !== undefined && effect === 'deny'
    ? 'has bind in a deny rule: use bind in the allow rule instead'
    : undefined;
}

const OTHER_MEMBERS = `claims|scopes|jwt|lambda|sub|iss|exp|scope|clientId|${OWN_MEMBERS.join('|')}`;
const CONTEXT_NAME = new RegExp(`^(?!(${OTHER_MEMBERS})$)[A-Za-z][A-Za-z0-9_]{0,63}$`);

const EXTENDS_NAME = text(
  /^\S{1,400}$/,
  'a file, such as ./_shared.yml, or a file of an npm package, such as @acme/access/roles.yml',
);
const EXTENDS = described(
  {
    ...EXTENDS_NAME,
    read(value, path, report) {
      const names = Array.isArray(value) ? value : [value];
      if (names.length > 20) report(path, 'must be at most 20 files');
      const read = names.map((name, index) =>
        EXTENDS_NAME.read(name, Array.isArray(value) ? [...path, index] : path, report),
      );
      return read.includes(undefined) ? undefined : read.filter((name) => name !== undefined);
    },
    schema: {
      anyOf: [EXTENDS_NAME.schema, { type: 'array', items: EXTENDS_NAME.schema, minItems: 1, maxItems: 20 }],
    },
  } satisfies Shape<readonly string[]>,
  'Files with issuers, sources and roles that this document shares. Each name must be defined once.',
);

const ISSUERS = list(ISSUER, 1, 20);
const SOURCES = described(
  list(SOURCE, 1, 10),
  'Places from which credentials are read, in this order. If a credential is bad, the request is refused, and no other place is read.',
);
const ROLES = described(
  record(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name of letters, digits, _ and -', ROLE),
  'Roles for rules. inherits: the roles that the role includes; scopes: the scopes that it grants.',
);

export const SHARED_DOCUMENT = object(
  { version: literal(1) },
  {
    $schema: text(/^\S{1,400}$/, 'the path of a schema'),
    extends: EXTENDS,
    issuers: ISSUERS,
    sources: SOURCES,
    roles: ROLES,
  },
);

export const ACCESS_DOCUMENT = object(
  {
    version: literal(1),
    api: described(
      record(STAGE_NAME, 'a stage of this stack', API, 1),
      'The protected API, for each stage of the stack that contains the authorizers.',
    ),
    routes: described(
      text(
        /^\S{1,400}$/,
        'live, or the path of a template, of an OpenAPI file or of a folder with a serverless.yml',
      ),
      'Source of the routes, relative to the document: the folder of a service, a template, an OpenAPI file; or live for the deployed API.',
    ),
    issuers: ISSUERS,
    sources: SOURCES,
    rules: described(
      list(RULE, 1, 200),
      'A request is denied unless a rule allows it. Deny rules override allow rules, and the order of rules does not matter.',
    ),
  },
  {
    $schema: text(/^\S{1,400}$/, 'the path of access.schema.json'),
    kind: described(oneOf('rest', 'http'), 'Kind of the API; required if routes is an OpenAPI file.'),
    extends: EXTENDS,
    roles: ROLES,
    context: described(
      record(
        CONTEXT_NAME,
        'a name of letters, digits and _ that is not a standard claim name (such as sub)',
        object({ claim: CLAIM_PATH }, {}),
      ),
      'Claims for the backend in addition to sub, iss, scope, clientId and exp. They appear in access logs.',
    ),
    channels: CHANNELS,
    mcp: MCP,
    quota: described(
      QUOTA,
      'Charges every allowed request to a customer plan. The API must not cache results of its authorizer: set the TTL of the authorizer to 0.',
    ),
    result: RESULT,
  },
);

export type AccessDocument = ShapeOf<typeof ACCESS_DOCUMENT>;
export type RuleText = AccessDocument['rules'][number];
export type IssuerText = Exclude<
  AccessDocument['issuers'][number],
  { type: 'clientCert' | 'apiKey' | 'ticket' }
>;
export type KeyIssuerText = Extract<AccessDocument['issuers'][number], { type: 'apiKey' }>;
export type CertificateIssuerText = Extract<AccessDocument['issuers'][number], { type: 'clientCert' }>;
export type TicketIssuerText = Extract<AccessDocument['issuers'][number], { type: 'ticket' }>;
export type BindText = NonNullable<RuleText['bind']>[string];

/** Returns the schema that editors use for completion. `access/access.schema.json` is its printed form. */
export function documentSchema(): JsonSchema {
  const { schema }: Shape<unknown> = ACCESS_DOCUMENT;
  const required = [schema['required'] ?? []].flat();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Gatewright access document',
    ...schema,
    // A document that extends other documents may get `issuers` and `sources` from them.
    required: required.filter((name) => name !== 'issuers' && name !== 'sources'),
    anyOf: [{ required: ['issuers', 'sources'] }, { required: ['extends'] }],
    definitions: { condition: CONDITION.schema },
  };
}
