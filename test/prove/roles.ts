/** Each statement of each role of the stack is removed in turn, on a gateway that enforces the roles of functions. */
import { RESOURCE_TYPES } from '../../packages/gateway/engine/compose/services/catalogue.ts';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTS_VARIABLE } from '@gatewright/authoring/files/parts-files';
import { signRequest } from '@gatewright/aws/sign-request';
import { readRoles } from '../../packages/gateway/control/loading/read-roles.ts';
import { loadStacks } from '../../packages/gateway/templates/load.ts';
import { REFUSING } from '../../packages/gateway/core/errors.ts';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import { REPOSITORY } from '../architecture/source-files.ts';
import { RefusedByApi } from './roles-desk.ts';
import type { Addresses, Credentials } from './roles-desk.ts';
import { CACHED_ID, policiesOf, templateOf } from './roles-template.ts';
import type { Place, Statement } from './roles-template.ts';
import { featuresOf } from './roles-features.ts';
import type { Gateway } from '../../packages/gateway/engine/index.ts';
import type { Json } from '@gatewright/aws/json-object';
import type { ResolvedStack } from '../../packages/gateway/core/stack/model.ts';

import type { Figures, Outcome, Proof } from './proof.ts';
import { QUIET_GATEWAY } from '../support/a-gateway.ts';
import { copyStackDefinition } from '../support/copy-stack-definition.ts';

const ADMIN = { accessKeyId: 'AKIDROLESPROOF000001', secretAccessKey: 'a-secret-of-this-proof-only' };
const HOME = { stage: 'dev', region: 'us-east-1', accountId: '123456789012' };
/** The role in which the quick form of the proof plants a fault. */
const PLANTED_IN = 'WsTicketRole';
const QUICK_ROLES = ['WsConnectRole', 'WsDisconnectRole', PLANTED_IN];
/**
 * Calls by Lambda itself, and calls to services that the gateway does not serve. For these, the proof only evaluates
 * the policies.
 */
const DECIDED_BY_POLICY = /^(?:logs|ses|ssm|secretsmanager|kms|xray):/;

class Stage {
  readonly messages: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'gatewright-prove-roles-'));
  readonly #stack: ResolvedStack;
  readonly #name: string;
  #gateway: Gateway | undefined;
  #at: Addresses | undefined;

  constructor(stack: ResolvedStack, name: string) {
    this.#stack = stack;
    this.#name = name;
  }

  /** Serves the stack without one statement. The functions keep their credentials. */
  async load(without: Place | undefined): Promise<void> {
    const file = join(this.#folder, 'template.json');
    writeFileSync(file, JSON.stringify(templateOf(this.#stack, without)));
    this.#gateway ??= await createGateway({
      ...QUIET_GATEWAY,
      ...HOME,
      directory: this.#folder,
      adminKey: ADMIN,
      dynamodb: { kind: 'embedded', dataDirectory: undefined },
      roles: true,
      log: { write: (line) => this.messages.push(line) },
    });
    await this.#gateway.load([file]);
    if (this.#at !== undefined) return;
    const { control, dynamodb = '', apis } = await this.#gateway.listen();
    const [sockets, cached] = ['sockets', 'cached'].map((name) => apis.find((api) => api.name === name));
    if (sockets === undefined || cached === undefined) throw new Error('an API that is called is not served');
    const tables = [...this.#stack.resources.values()].filter(({ type }) => type === 'AWS::DynamoDB::Table');
    this.#at = {
      stage: this.#name,
      control,
      dynamodb,
      sockets,
      cached: { id: cached.id, origin: new URL(cached.url).origin },
      tables: Object.fromEntries(tables.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
    };
  }

  /** The features of the role in which the gateway refused one of its calls. */
  async refusedFeatures(role: string): Promise<readonly string[]> {
    if (this.#at === undefined) throw new Error('nothing is loaded');
    const own = await this.#credentialsOf(role, this.#at);
    const refused: string[] = [];
    for (const { name, run } of await featuresOf(role, this.#at, own, ADMIN)) {
      const before = this.messages.length;
      // A feature may fail after a refusal or continue without the call, so only the refusals count.
      const fault: unknown = await run().catch((error: unknown) => error);
      const isReported = this.messages
        .slice(before)
        .some((line) => line.startsWith(`${role} is not allowed to perform `));
      if (isReported || fault instanceof RefusedByApi) refused.push(name);
    }
    return refused;
  }

  async #credentialsOf(role: string, { control }: Addresses): Promise<Credentials> {
    const url = new URL(`${control}/2015-03-31/functions/${role}/invocations`);
    const call = { method: 'POST', url, headers: {}, body: '{}', service: 'lambda', region: HOME.region };
    const headers = signRequest({ ...call, ...ADMIN, nowEpochMs: Date.now() });
    const reply = await fetch(url, { method: 'POST', headers, body: '{}' });
    const { id, secret } = (await reply.json()) as { readonly id: string; readonly secret: string };
    return { accessKeyId: id, secretAccessKey: secret };
  }

  async close(): Promise<void> {
    await this.#gateway?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Whether the role still allows everything that the statement allowed. */
function isGivenAnyway(stack: ResolvedStack, place: Place, { Action, Resource }: Statement): boolean {
  const { resources } = stack;
  const role = resources.get(place.role);
  if (role === undefined) return false;
  const policies = policiesOf(role.properties).map((policy, at) => ({
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: policy.filter((_, index) => !(at === place.policy && index === place.statement)),
    },
  }));
  const kept = policies.filter(({ PolicyDocument: { Statement } }) => Statement.length > 0);
  const properties = { ...role.properties, Policies: kept as unknown as Json };
  const changed = new Map(resources).set(place.role, { ...role, properties });
  const { byArn } = readRoles([{ ...stack, resources: changed }], REFUSING);
  const found = [...byArn.values()].find(({ name }) => name === role.physicalId);
  const ask = (action: string, resource: string): boolean =>
    found?.policies.some(
      (policy) => policy.decide({ action, resource, conditions: new Map() }) === 'allow',
    ) === true;
  return [Action]
    .flat()
    .every((action) => [Resource].flat().every((one) => ask(action, one.replaceAll('*', 'x'))));
}

type Placed = Place & { readonly what: Statement };

function placesOf(stack: ResolvedStack): readonly Placed[] {
  return [...stack.resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .flatMap(({ logicalId: role, properties }) =>
      policiesOf(properties).flatMap((statements, policy) =>
        statements.map((what, statement) => ({ role, policy, statement, what })),
      ),
    );
}

function describe({
  role,
  what: { Action, Resource },
}: {
  readonly role: string;
  readonly what: Statement;
}): string {
  return `${role}: ${[Action].flat().join(', ')} on ${[Resource]
    .flat()
    .join(', ')
    .replaceAll(/arn:aws:\w*:[\w-]*:\d*:/g, '')}`;
}

/** A statement that nothing needs, to check that the proof finds it. */
const PLANTED = { Effect: 'Allow', Action: 'dynamodb:DeleteTable', Resource: '*' };

function withPlanted(stack: ResolvedStack): ResolvedStack {
  const role = stack.resources.get(PLANTED_IN);
  if (role === undefined) return stack;
  const planted = [
    { PolicyName: 'planted', PolicyDocument: { Version: '2012-10-17', Statement: [PLANTED] } },
  ];
  const policies = (role.properties['Policies'] ?? []) as readonly Json[];
  const properties = { ...role.properties, Policies: [...policies, ...planted] };
  return { ...stack, resources: new Map(stack.resources).set(PLANTED_IN, { ...role, properties }) };
}

async function prove(stack: ResolvedStack, isQuick: boolean): Promise<Outcome> {
  const expected = describe({ role: PLANTED_IN, what: PLANTED });
  const found = await judge(withPlanted(stack), 'dev', ({ role }) => !isQuick || QUICK_ROLES.includes(role));
  if (found.kind !== 'judged') return found;
  const { superfluous, figures } = found;
  if (!superfluous.includes(expected))
    return { kind: 'refuted', reason: `a planted statement was not found: ${expected}`, figures };
  const others = superfluous.filter((one) => one !== expected);
  if (others.length > 0) return { kind: 'refuted', reason: `nothing needs ${others.join('; ')}`, figures };
  return { kind: 'proven', figures };
}

/** The statements that another stage has in addition to the first. A statement that both have is tried only once. */
async function proveBeside(dev: ResolvedStack, name: string): Promise<Outcome> {
  const stack = await loadStage(name);
  const print = ({ role, what }: Pick<Placed, 'role' | 'what'>, stage: string): string =>
    `${role} ${JSON.stringify(what)}`.replaceAll(`gatewright-${stage}`, 'gatewright');
  const known = new Set(placesOf(dev).map((place) => print(place, 'dev')));
  const found = await judge(stack, name, (place) => !known.has(print(place, name)));
  if (found.kind !== 'judged') return found;
  const { superfluous, figures } = found;
  if (superfluous.length === 0) return { kind: 'proven', figures };
  return { kind: 'refuted', reason: `nothing needs ${superfluous.join('; ')}`, figures };
}

/** The part that a stack has only if `parts` names it. */
async function provePortal(): Promise<Outcome> {
  const folder = makePortalStack();
  try {
    const stack = await loadStage('dev', folder, { [PARTS_VARIABLE]: 'authorizers,quotas,webhooks,portal' });
    const found = await judge(stack, 'dev', ({ role }) => role.startsWith('Portal'));
    if (found.kind !== 'judged') return found;
    const { superfluous, figures } = found;
    if (superfluous.length === 0) return { kind: 'proven', figures };
    return { kind: 'refuted', reason: `nothing needs ${superfluous.join('; ')}`, figures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The stack with its own portal, which sends mail and offers webhooks, and without the documents of the examples. */
function makePortalStack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-prove-portal-'));
  for (const name of ['layers', 'packages', 'shared', 'node_modules', 'functions', 'package.json'])
    symlinkSync(join(REPOSITORY, name), join(folder, name));
  copyStackDefinition(folder);
  mkdirSync(join(folder, 'access'));
  const plans = [{ plan: 'free', title: 'Free', changesTo: [], from: 'now' }];
  const offered = { plans, webhooks: [{ source: 'orders', title: 'Orders' }] };
  const portal = {
    version: 1,
    name: 'Roles',
    colour: '#2f6b3a',
    ...offered,
    mail: { from: 'a@example.com' },
  };
  writeFileSync(join(folder, 'access/portal.yml'), JSON.stringify(portal));
  const bus = 'gatewright-{stage}-webhooks';
  const target = { eventBridge: { bus, source: 'shop.orders' } };
  const webhooks = {
    version: 1,
    masterSecret: { dev: { parameter: '/gatewright/dev/webhooks' } },
    sources: { orders: { scheme: 'standard', secrets: 'customers', target } },
  };
  writeFileSync(join(folder, 'access/webhooks.yml'), JSON.stringify(webhooks));
  return folder;
}

type Judged = {
  readonly kind: 'judged';
  readonly superfluous: readonly string[];
  readonly figures: Figures;
};

async function judge(
  stack: ResolvedStack,
  name: string,
  isAsked: (place: Placed) => boolean,
): Promise<Judged | Extract<Outcome, { kind: 'refuted' }>> {
  const places = placesOf(stack).filter(isAsked);
  const roles = [...new Set(places.map(({ role }) => role))];
  const stage = new Stage(stack, name);
  const superfluous: string[] = [];
  const needed: Record<string, string> = {};
  try {
    await stage.load(undefined);
    const refusedWhole: string[] = [];
    for (const role of roles)
      refusedWhole.push(...(await stage.refusedFeatures(role)).map((name) => `${role}: ${name}`));
    if (refusedWhole.length > 0)
      return {
        kind: 'refuted',
        figures: {},
        reason: `refused with all statements: ${refusedWhole.join('; ')}\n${stage.messages.join('\n')}`,
      };
    for (const place of places) {
      const isDecidedByPolicy = [place.what.Action].flat().every((action) => DECIDED_BY_POLICY.test(action));
      let features: readonly string[] = [];
      if (isDecidedByPolicy)
        features = isGivenAnyway(stack, place, place.what) ? [] : ['decided from the policies alone'];
      else {
        await stage.load(place);
        features = await stage.refusedFeatures(place.role);
      }
      if (features.length === 0) superfluous.push(describe(place));
      else needed[describe(place)] = features.join('; ');
    }
  } finally {
    await stage.close();
  }
  const statements = Object.keys(needed).length;
  return { kind: 'judged', superfluous, figures: { roles: roles.length, statements, needed } };
}

export const roles: Proof = {
  name: 'roles',
  claim:
    'if any one statement of a role of the stack is removed, a feature is refused; with all statements, no feature is refused',
  quick: true,
  async run({ quick }) {
    const dev = await loadStage('dev');
    const outcome = await prove(dev, quick);
    if (quick || outcome.kind !== 'proven') return outcome;
    const prod = await proveBeside(dev, 'prod');
    if (prod.kind !== 'proven') return prod;
    const portal = await provePortal();
    if (portal.kind !== 'proven') return portal;
    const figures = { ...outcome.figures, prodBeside: prod.figures, portal: portal.figures };
    return { kind: 'proven', figures };
  },
};

async function loadStage(
  stage: string,
  folder = REPOSITORY,
  environment: Readonly<Record<string, string>> = {},
): Promise<ResolvedStack> {
  const [stack] = await loadStacks([folder], {
    ...HOME,
    parameters: { cacheApis: `orders/${CACHED_ID}` },
    environment,
    onProgress: () => undefined,
    stage,
    chosen: { stage },
    types: RESOURCE_TYPES,
  });
  if (stack === undefined) throw new Error(`stage ${stage} was not loaded`);
  return stack;
}
