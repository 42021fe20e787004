import { dirname, join } from 'node:path';
import { buildAccess } from '@gatewright/authoring/compile/build-access';
import type { AccessBuild, ProtectedStack } from '@gatewright/authoring/compile/build-access';
import { describeUnprotected } from '@gatewright/authoring/check/check-unprotected';
import { orderFix } from '@gatewright/authoring/check/deployment-order';
import { checkLaterRoutes } from '@gatewright/authoring/check/check-later-routes';
import {
  identifyFunction,
  checkAdmissionKey,
  checkChargedRoutes,
  checkNativePlans,
  checkPreflight,
  checkUncharged,
  checkWiring,
} from '@gatewright/authoring/check/check-wiring';
import type { WiredAuthorizer } from '@gatewright/authoring/check/check-wiring';
import type { CompiledAccess, CompiledDocument } from '#shared/access/compiled-document.ts';
import { expandRoutes } from '@gatewright/authoring/compile/expand-rule';
import { printProblem } from '@gatewright/authoring/document/read-document';
import type { Problem } from '@gatewright/authoring/document/read-document';
import type { InspectedApi } from '../../../../gateway/engine/index.ts';
import { closedRoutes, inspectApis, isOurs, loadOptions, toInventoryRoutes } from './access-apis.ts';
import type { ParameterTexts } from './access-apis.ts';
import { checkDocumentedHandlers } from './claim-check.ts';
import { readAccessFiles, findStrayDocuments } from '@gatewright/authoring/files/access-files';
import { checkPlan } from '@gatewright/authoring/check/check-plan';
import { withDeployedId } from '@gatewright/authoring/account/deployed-ids';
import { printMessage, count, printResult, UsageError } from '../../../../base/terminal/output.ts';
import { readWebhooks, webhookProblems } from '@gatewright/authoring/webhooks/webhook-files';
import { portalProblems, readPortal } from '@gatewright/authoring/portal/portal-files';

/**
 * Compiles the documents of a folder again.
 * @throws UsageError if there are problems. The message lists all of them
 */
export function readCompiled(folder: string): CompiledAccess {
  const { compiled, problems } = buildAccess(readAccessFiles(folder), checkPlan);
  if (problems.length > 0) throw new UsageError(problems.map(printProblem).join('\n'));
  return compiled;
}

/**
 * Like `readCompiled`, but with the ids of deployed APIs.
 * @throws UsageError if there are problems, or if a document has no readable inventory
 */
export function compiledFor(folder: string, stage: string, ids: ReadonlyMap<string, string>): CompiledAccess {
  const files = readAccessFiles(folder).map((file) => {
    const apiId = ids.get(file.name);
    return apiId === undefined ? file : { ...file, inventory: withDeployedId(file.inventory, stage, apiId) };
  });
  const { compiled, problems, withoutInventory } = buildAccess(files, checkPlan);
  const wrong = [...problems, ...withoutInventory];
  if (wrong.length > 0) throw new UsageError(wrong.map(printProblem).join('\n'));
  return compiled;
}

/** Prints problems and warnings, and returns the number of problems. */
export async function checkDocuments(
  folder: string,
  sources: readonly string[],
  stage: string,
  parameters: ParameterTexts = {},
): Promise<number> {
  const build = buildAccess(readAccessFiles(folder), checkPlan);
  const { compiled, problems, warnings, withoutInventory } = build;
  const odd = [...warnings, ...findStrayDocuments(folder)];
  printProblems(odd, 'yellow');
  const wrongWebhooks = webhookProblems(readWebhooks(folder));
  // The page is not needed, because the problems of the document do not depend on it.
  const wrongPortal = portalProblems(readPortal(folder, { page: () => new Map(), access: build }));
  const wrongFiles = [...withoutInventory, ...problems, ...wrongWebhooks, ...wrongPortal];
  printProblems(wrongFiles, 'red');
  const apis =
    sources.length === 0 ? [] : await inspectApis(sources, loadOptions(stage, dirname(folder), parameters));
  const { unsafe, uncharged, drift } = checkApis(build, apis, stage, 'deployed');
  const handlers = await checkDocumentedHandlers(compiled, apis, stage, sources);
  unsafe.push(...handlers.unsafe);
  for (const warning of handlers.warnings) printMessage('yellow', warning);
  // If a document could not be compiled, it may be the document that protects an API. In this case, no API is reported
  // as unprotected.
  const isWhole = withoutInventory.length + problems.length === 0;
  const unprotected = isWhole ? findUnprotected(build, apis, stage) : [];
  const complaints = [...unsafe, ...uncharged, ...drift, ...unprotected];
  for (const complaint of complaints) printMessage('red', complaint);
  const wrong = [...wrongFiles.map(printProblem), ...complaints];
  const warned = [...odd.map(printProblem), ...handlers.warnings];
  const documents = compiled.documents.map(({ name }) => name);
  printResult({ documents, problems: wrong, warnings: warned }, () =>
    [
      count(documents.length, 'document'),
      count(wrong.length, 'problem'),
      count(warned.length, 'warning'),
    ].join(', '),
  );
  return wrong.length;
}

type Misfits = {
  readonly unsafe: string[];
  /** Unsafe to deploy, but served on this machine. @see {@link checkUncharged} */
  readonly uncharged: readonly string[];
  readonly drift: readonly string[];
};

/**
 * The documents to compare with APIs. `protects` is needed because a document may contain the id of the deployed API
 * and also name the API by its stack.
 */
type Documents = Pick<AccessBuild, 'compiled' | 'protects'>;

function isMeant(
  { protects }: Documents,
  document: CompiledDocument,
  { for: deployed, apiId, stage: name }: CompiledDocument['apis'][number],
  { id, stack, logicalId, stage }: InspectedApi,
): boolean {
  const isByStack = (one: ProtectedStack): boolean =>
    one.document === document && one.for === deployed && one.stack === stack && one.logicalId === logicalId;
  return stage === name && (id === apiId || protects.some(isByStack));
}

function checkApis(
  build: Documents,
  apis: readonly InspectedApi[],
  stage: string,
  what: 'deployed' | 'served',
): Misfits {
  const unsafe: string[] = [];
  const uncharged: string[] = [];
  const drift: string[] = [];
  for (const document of build.compiled.documents)
    for (const named of document.apis) {
      const api = apis.find((candidate) => isMeant(build, document, named, candidate));
      if (named.for !== stage || api === undefined) continue;
      const inDocument = (complaint: string) => `access/${document.name}.yml: ${complaint}`;
      unsafe.push(...checkAuthorizers(document, api).map(inDocument));
      uncharged.push(...checkUncharged(document, withOurs(api), what).map(inDocument));
      drift.push(...[...checkDrift(document, api), ...checkOrder(api)].map(inDocument));
    }
  return { unsafe, uncharged, drift };
}

function findUnprotected(build: Documents, apis: readonly InspectedApi[], stage: string): readonly string[] {
  const named = build.compiled.documents.flatMap((document) => document.apis.map((of) => ({ document, of })));
  return apis
    .filter((api) => !named.some(({ document, of }) => of.for === stage && isMeant(build, document, of, api)))
    .filter(({ routes }) =>
      routes.some(({ authorizer }) => authorizer !== undefined && isOurs(authorizer.functionName)),
    )
    .map((api) => {
      const other = named.find(({ document, of }) => of.for !== stage && isMeant(build, document, of, api));
      return describeUnprotected(api, stage, other?.of.for);
    });
}

/**
 * Checks the access documents before any port is opened, so that not a single response goes to the wrong caller.
 * @returns the checked documents
 * @throws UsageError if a document is unsafe
 */
export async function refuseUnsafeAccess(
  sources: readonly string[],
  apis: readonly InspectedApi[],
  stage: string,
  warn: (message: string) => void,
): Promise<readonly CompiledDocument[]> {
  const builds = sources.map((source) => buildAccess(readAccessFiles(join(source, 'access')), checkPlan));
  const compiled = { documents: builds.flatMap((build) => build.compiled.documents) };
  // `protects` is empty, because the authorizers on this machine find the document of a request only by the API id.
  const served = { compiled, protects: [] };
  const withoutInventory = builds.flatMap((build) => build.withoutInventory);
  const { unsafe, uncharged, drift } = checkApis(served, apis, stage, 'served');
  const handlers = await checkDocumentedHandlers(compiled, apis, stage, sources);
  unsafe.push(...handlers.unsafe);
  // If there are no documents, unprotected APIs are not reported, because functions with the names of the toolkit's
  // functions may belong to somebody else.
  const isWhole = compiled.documents.length > 0 && withoutInventory.length === 0;
  const unprotected = isWhole ? findUnprotected(served, apis, stage) : [];
  const warnings = [
    ...withoutInventory.map(printProblem),
    ...uncharged,
    ...drift,
    ...unprotected,
    ...handlers.warnings,
  ];
  for (const message of warnings) warn(message);
  if (unsafe.length > 0) throw new UsageError(unsafe.join('\n'));
  return compiled.documents;
}

function checkAuthorizers(document: CompiledDocument, api: InspectedApi): readonly string[] {
  const authorizers = new Map<string, WiredAuthorizer>();
  for (const { authorizer } of api.routes) {
    const calls = authorizer && isOurs(authorizer.functionName) && identifyFunction(authorizer.functionName);
    if (authorizer !== undefined && calls) authorizers.set(authorizer.name, { ...authorizer, calls });
  }
  const routes = withOurs(api);
  return [
    ...[...authorizers.values()].flatMap((authorizer) => checkWiring(document, authorizer)),
    ...checkPreflight(routes),
    ...checkLaterRoutes(document, toInventoryRoutes(api)),
    ...checkChargedRoutes(document, routes, api.apiKeySource),
    ...checkAdmissionKey(document, api, api.apiKeyValues ?? []),
    ...checkNativePlans(document, api.routes, api.apiKeySource),
  ];
}

/** Returns the routes of an API with the toolkit's authorizers only. */
function withOurs({ routes }: InspectedApi): InspectedApi['routes'] {
  return routes.map((route) => ({
    ...route,
    authorizer:
      route.authorizer !== undefined && isOurs(route.authorizer.functionName) ? route.authorizer : undefined,
  }));
}

/** Returns warnings about parts that exist on this machine but may be missing after the first deployment. */
function checkOrder({ kind, lateParts = [] }: InspectedApi): readonly string[] {
  return lateParts.map(
    ({ part, deployment }) =>
      `CloudFormation may create ${part} after ${deployment}, and that deployment would then not contain it: ${orderFix(deployment, kind)} (in Serverless, plugins: [gatewright] does this)`,
  );
}

export function checkDrift(
  document: Pick<CompiledDocument, 'kind' | 'routes'>,
  api: Pick<InspectedApi, 'routes'>,
): readonly string[] {
  if (document.kind === 'websocket') return [];
  const nameOf = ({ method, path }: { readonly method: string; readonly path: string }) =>
    `${method} ${path}`;
  const statesOf = (routes: CompiledDocument['routes']) =>
    new Map(routes.map((route) => [nameOf(route), stateOf(route)]));
  const closed = new Set(expandRoutes(closedRoutes(api)).map(nameOf));
  const known = statesOf(document.routes.filter((route) => !closed.has(nameOf(route))));
  const found = statesOf(expandRoutes(toInventoryRoutes(api)));
  const came = [...found].filter(([name]) => !known.has(name)).map(printRoute);
  const went = [...known].filter(([name]) => !found.has(name)).map(printRoute);
  const changed = [...known].flatMap(([name, was]) => {
    const is = found.get(name);
    return is === undefined || is === was ? [] : [{ name, was, is }];
  });
  const alike = Map.groupBy(changed, ({ was, is }) => `${was} and ${is}`);
  return [
    ...(came.length === 0 ? [] : [`the API now has ${came.join(', ')}; ${SYNC}`]),
    ...(went.length === 0 ? [] : [`the API no longer has ${went.join(', ')}; ${SYNC}`]),
    ...[...alike.values()].map(describeChanged),
  ];
}

const SYNC = 'run gatewright access sync';

const BEHIND_OURS = 'behind the authorizer';
const OPEN = 'open';

/** Returns who guards a route, in words that follow `is` in a sentence. */
function stateOf({ isOpen, guard }: CompiledDocument['routes'][number]): string {
  if (isOpen !== true) return BEHIND_OURS;
  return guard === undefined ? OPEN : `behind ${guard}`;
}

function printRoute([name, state]: readonly [string, string]): string {
  return state === BEHIND_OURS ? name : `${name} (${state})`;
}

/** Returns a sentence about routes whose guard changed in the same way. */
function describeChanged(
  changed: readonly { readonly name: string; readonly was: string; readonly is: string }[],
): string {
  const [{ was, is } = { was: '', is: '' }] = changed;
  const names = changed.map(({ name }) => name).join(', ');
  const isOne = changed.length === 1;
  const sentence = isOne ? `${names} was ${was} and is ${is} now` : `${names} were ${was} and are ${is} now`;
  // `attach` writes its list of routes before the routes have the authorizer, and a reload removes what it has attached.
  return was === BEHIND_OURS && is === OPEN
    ? `${sentence}; to protect ${isOne ? 'it' : 'them'}, run gatewright attach or add the authorizer to the template; if ${isOne ? 'it is' : 'they are'} meant to be open, ${SYNC}`
    : `${sentence}; ${SYNC}`;
}

export function printProblems(problems: readonly Problem[], colour: 'red' | 'yellow'): void {
  for (const problem of problems) printMessage(colour, printProblem(problem));
}
