import { OWN_SOCKET_API, OWN_SOCKET_PARAMETER } from '@gatewright/authoring/files/stack-files';
import { printInventory } from '@gatewright/authoring/inventory/route-inventory';
import { makeId } from '@gatewright/aws/physical-ids';
import type { InspectedApi } from '../../../gateway/engine/index.ts';

export type ApiToProtect = Pick<InspectedApi, 'stack' | 'logicalId' | 'stage' | 'kind'> & {
  readonly routes?: readonly Pick<InspectedApi['routes'][number], 'path' | 'authorizer' | 'trusts'>[];
};

type StackSettings = {
  /** The path from the stack's folder to the folder that contains node_modules; empty or `../`. */
  readonly up: string;
  readonly region: string;
  /** Whether the stack has a WebSocket API of its own in `dev`, which `access/channels.yml` protects. */
  readonly hasChannels?: boolean;
};

const PARTS = ['custom', 'provider', 'package', 'layers', 'functions', 'resources'];

/** Returns the text of the stack's `serverless.yml`. */
export function stackFile({ up, region, hasChannels = false }: StackSettings): string {
  const take = (member: string) => `\${file(${up}node_modules/gatewright/stack/stack.json):${member}}`;
  return `# The stack of Gatewright: functions, tables and alarms from the npm package, with the documents of access/.
service: gatewright
frameworkVersion: '4'
plugins: [gatewright/stack]
${PARTS.map((part) => `${part}: ${take(part)}`).join('\n')}
params:
  default: ${take('params')}
  dev: { region: ${region}, ${hasChannels ? `${OWN_SOCKET_PARAMETER}, ` : ''}protectTables: false, localIssuerUrl: http://127.0.0.1:4000, localWebhookSecret: only-for-this-machine, localWebhookMasterSecret: only-for-this-machine-and-nothing-else, usageKeySecret: only-for-this-machine-and-nothing-else }
  prod: { region: ${region}, deletionPolicy: RetainExceptOnCreate, replacePolicy: Retain, logRetentionDays: 90 }
`;
}

type DocumentSettings = {
  readonly api: ApiToProtect;
  /** Path from the folder of the documents to the service. */
  readonly routes: string;
  /** Path from the folder of the documents to the schema. */
  readonly up: string;
  readonly rules: readonly string[];
  /** Whether the user has chosen quotas. If so, the document shows how to charge keys. */
  readonly hasQuotas?: boolean;
};

/** Returns a prefix of API keys that tells whose keys they are, such as `todos` for the stack `todos-dev`. */
export function keyPrefixOf(name: string): string {
  return /[a-z][a-z0-9]*/.exec(name.toLowerCase())?.[0].slice(0, 16) ?? 'shop';
}

/** Returns the text of `access/<name>.yml`, which admits only callers with a user's token. */
export function documentFile({ api, routes, up, rules, hasQuotas = false }: DocumentSettings): string {
  const { stack, logicalId, stage, kind } = api;
  const places = [
    '  - { in: header, name: authorization, scheme: Bearer, issuers: [local] }',
    ...(kind === 'websocket' ? ['  - { in: subprotocol, marker: bearer, issuers: [local] }'] : []),
  ];
  const trusted = issuersOf(api);
  return `# yaml-language-server: $schema=${up}node_modules/gatewright/stack/access.schema.json
# Who may call what. No caller may do anything unless a rule allows it.
version: 1
api:
  dev: { stack: ${stack}, logicalId: ${logicalId}, stage: ${stage} }
  # For a deployed API, give its id and stage, write routes: live below, and run gatewright attach.
  # prod: { apiId: a1b2c3d4e5, stage: ${stage.startsWith('$') ? `'${stage}'` : 'prod'} }
routes: ${routes} # live: the routes of the deployed API

issuers:
${trusted.map((line) => `  ${line}\n`).join('')}  # The local issuer is for this machine only. Add your own issuers here: { id: main, type: oidc, issuer: https://…/, audience: [https://…], only: [prod] }
  - { id: local, type: local, only: [dev] }
${hasQuotas ? `  # API keys that you create with \`gatewright keys create\`:\n  # - { id: keys, type: apiKey, prefix: ${keyPrefixOf(stack)} }\n` : ''}sources:
${places.join('\n')}${hasQuotas ? '\n  # - { in: header, name: x-api-key, issuers: [keys] }' : ''}

roles:
  user: {}
  admin: { inherits: [user] }

rules:
${rules.map((rule) => `  - ${rule}`).join('\n')}
${hasQuotas ? QUOTA_LINES : ''}`;
}

const QUOTA_ABOUT = `
# How much a customer can use with all of its API keys (see node_modules/gatewright/docs/guides/sell/quota.md). Only
# callers with an API key are charged.
`;
const QUOTA_MEMBERS = `quota:
  plan: { claim: plan }
  tenant: { claim: tenant }
  key: { claim: sub }
  when: { issuers: [keys] }
  plans:
    - { id: gold, version: 1, limits: [{ id: daily, level: tenant, quota: 100000, period: DAY }] }
`;
const QUOTA_LINES = `${QUOTA_ABOUT}${QUOTA_MEMBERS.replaceAll(/^(?=.)/gm, '# ')}`;

type DeployedSettings = {
  readonly apiId: string;
  /** The stage of the API, such as `prod` or `$default`. */
  readonly stage: string;
  /** The path from the folder of the documents to the folder that contains node_modules. */
  readonly up: string;
  /** The prefix of the API keys. */
  readonly prefix: string;
  readonly hasQuotas: boolean;
};

/**
 * Returns the text of `access/<id>.yml` for a deployed API whose template may be in another repository. Callers of the
 * API need an API key, which `gatewright keys create` makes.
 */
export function deployedFile({ apiId, stage, up, prefix, hasQuotas }: DeployedSettings): string {
  // YAML reads 1234567890 and 12e4567890 as numbers.
  const id = Number.isNaN(Number(apiId)) ? apiId : `'${apiId}'`;
  return `# yaml-language-server: $schema=${up}node_modules/gatewright/stack/access.schema.json
# Who may call what. No caller may do anything unless a rule allows it.
version: 1
api:
  prod: { apiId: ${id}, stage: ${stage.startsWith('$') ? `'${stage}'` : stage} }
routes: live # the routes are read from AWS

issuers:
  - { id: keys, type: apiKey, prefix: ${prefix} } # keys of the form ${prefix}_…
  # If callers have JWTs, trust their issuer: { id: main, type: oidc, issuer: https://…/, audience: [https://…] }
sources:
  - { in: header, name: x-api-key, issuers: [keys] } # callers send their key in this header
  # - { in: header, name: authorization, scheme: Bearer, issuers: [main] }

roles:
  user: {}

rules: # for a WebSocket API, write connect: true instead of methods and paths
  - ${ruleForUsers({ kind: 'http' }).join('')}
${hasQuotas ? `${QUOTA_ABOUT}${QUOTA_MEMBERS}` : ''}`;
}

/**
 * Returns the issuers that the API trusts now, as comments for the document. The user must add the clients and the
 * stage.
 */
function issuersOf({ routes = [] }: ApiToProtect): readonly string[] {
  const all = routes.flatMap(({ trusts = [] }) => trusts);
  const issuers = new Map(all.map((trusted) => [trusted.issuer, trusted]));
  return [...issuers.values()].map(({ issuer, audience }, index) => {
    const pool = /^https:\/\/cognito-idp\..*\/([^/]+)$/.exec(issuer)?.[1];
    const names = audience === 'any' ? '…' : audience.join(', ');
    const trust =
      pool === undefined
        ? `type: oidc, issuer: ${issuer}, audience: [${names}]`
        : `type: cognito, userPoolId: ${pool}, clients: [${names}], tokenUse: id`;
    return `# The API now trusts this issuer: { id: main${index === 0 ? '' : index + 1}, ${trust} }`;
  });
}

/**
 * Returns a first rule for an API about which nothing else is known. If only some routes are protected, the rule names
 * them.
 */
export function ruleForUsers({
  kind,
  routes = [],
}: Pick<ApiToProtect, 'kind' | 'routes'>): readonly string[] {
  const when = 'when: { roles: { any: [user] } }';
  return kind === 'websocket'
    ? [`{ id: users, effect: allow, connect: true, ${when} }`]
    : [`{ id: users, effect: allow, methods: ['*'], paths: [${guardedPaths(routes).join(', ')}], ${when} }`];
}

function guardedPaths(routes: NonNullable<ApiToProtect['routes']>): readonly string[] {
  const guarded = routes.filter(({ authorizer, trusts }) => authorizer !== undefined || trusts !== undefined);
  const isAll = guarded.length === 0 || guarded.length === routes.length;
  return isAll ? ['/**'] : [...new Set(guarded.map(({ path }) => `'${path}'`))];
}

export const WEBHOOKS_FILE = (
  up: string,
): string => `# yaml-language-server: $schema=${up}node_modules/gatewright/stack/webhooks.schema.json
# Which senders can call POST /webhooks/{source}, and where verified webhooks are sent.
version: 1
sources:
  github:
    scheme: github
    secrets:
      dev: { env: LOCAL_WEBHOOK_SECRET }
      prod: { parameter: /gatewright/prod/webhooks/github }
    target:
      eventBridge: { bus: 'gatewright-{stage}-webhooks', source: github.webhook }
`;

/** Returns the document of the stack's own WebSocket API. */
export const CHANNELS_FILE = (
  up: string,
): string => `# yaml-language-server: $schema=${up}node_modules/gatewright/stack/access.schema.json
# The WebSocket API of the stack: who may connect, and who may do what in which channel.
# The stack has this API in each stage for which params in serverless.yml contain ${OWN_SOCKET_PARAMETER}.
version: 1
api:
  dev: { stack: gatewright-dev, logicalId: ${OWN_SOCKET_API}, stage: dev }
routes: ..

issuers:
  - { id: local, type: local, only: [dev] }
sources:
  # Browsers send the token as a subprotocol, as the client library does: new WebSocket(url, ['bearer', token]).
  - { in: subprotocol, marker: bearer, issuers: [local] }
  - { in: header, name: authorization, scheme: Bearer, issuers: [local] }

roles:
  user: {}

rules:
  - { id: users, effect: allow, connect: true, when: { roles: { any: [user] } } }

channels:
  rules:
    - { id: rooms, effect: allow, actions: [subscribe, publish, presence], channels: ['rooms/*'] }
`;

export type PortalOffers = {
  /** The ids of the plans in the documents; empty if plans are saved with `gatewright plan save`. */
  readonly plans: readonly string[];
  /** The prefix of the API keys in the documents, or the prefix that their issuer may be given. */
  readonly prefix: string;
  /** A role that the document declares; undefined if it declares none. */
  readonly role?: string | undefined;
};

/** Returns the text of `access/portal.yml`. */
export function portalFile(up: string, { plans, prefix, role }: PortalOffers): string {
  const [first = 'free', ...others] = plans;
  return `# yaml-language-server: $schema=${up}node_modules/gatewright/stack/portal.schema.json
# What customers see and may do in the portal (see node_modules/gatewright/docs/guides/sell/portal.md).
version: 1
name: Customer portal
colour: '#0b5fa5'
plans:
  # Each plan is in the quota of a document, or saved with gatewright plan save. changesTo: plans that its customers may choose.
${[first, ...others].map((plan) => `  - { plan: ${plan}, title: ${plan}, changesTo: [], from: now }`).join('\n')}
# The keys that customers may create, for an issuer with type: apiKey in a document:
# keys: { prefix: ${prefix},${role === undefined ? '' : ` roles: [${role}],`} most: 3 }
`;
}

/** The example API for an empty folder. Its authorizer sets the caller. */
export const HELLO_API: ApiToProtect = {
  stack: 'hello-dev',
  logicalId: 'ApiGatewayRestApi',
  stage: 'dev',
  kind: 'rest',
};

/**
 * Returns the inventory that `gatewright access sync` would write for the example. With it, the first start does not
 * need a sync.
 */
export const helloRoutes = (): string =>
  printInventory({
    kind: 'rest',
    routes: ['/hello', '/admin'].map((path) => ({ method: 'GET', path, isProtected: true })),
    apiIds: { dev: [makeId(10, HELLO_API.stack, HELLO_API.logicalId)] },
  });

export const HELLO_RULES: readonly string[] = [
  '{ id: users, effect: allow, methods: [GET], paths: [/hello], when: { roles: { any: [user] } } }',
  '{ id: admins, effect: allow, methods: [GET], paths: [/admin], when: { roles: { any: [admin] } } }',
];

export const helloFile = (region: string): string => `service: hello
frameworkVersion: '4'
provider: { name: aws, runtime: nodejs24.x, stage: dev, region: ${region} }
functions:
  hello:
    handler: hello.handler
    events:
      - http: { method: get, path: /hello, authorizer: &gatewright { name: gatewright, type: token, arn: !ImportValue 'gatewright-\${sls:stage}-TokenAuthorizerArn', managedExternally: true, resultTtlInSeconds: 60 } }
      - http: { method: get, path: /admin, authorizer: *gatewright }
resources:
  # Requests to try, which \`gatewright start\` prints as commands. AWS ignores this section.
  Metadata:
    Gatewright::Try:
      - { api: ApiGatewayRestApi, path: /hello, expect: 401 }
      - { api: ApiGatewayRestApi, path: /hello, token: { sub: ada, roles: [user] }, expect: 200 }
      - { api: ApiGatewayRestApi, path: /admin, token: { sub: ada, roles: [user] }, expect: 403 }
`;

export const HELLO_HANDLER = `export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ hello: event.requestContext.authorizer.sub }),
});
`;

export const IGNORE_FILE = 'node_modules/\n.gatewright/\n.serverless/\n';

/**
 * Returns the text of `package.json`.
 * @param version version of the running package
 */
export function packageFile(version: string): string {
  const manifest = {
    private: true,
    type: 'module',
    scripts: { start: 'gatewright start hello' },
    devDependencies: { gatewright: `^${version}`, osls: '^4.3.1' },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
