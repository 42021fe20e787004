/** Checks access documents alone, or against the stacks that they protect. */
import { dirname } from 'node:path';
import { styleText } from 'node:util';
import { buildAccess } from '#shared/access/build-access.ts';
import { checkWiring } from '#shared/access/check-wiring.ts';
import type { WiredAuthorizer } from '#shared/access/check-wiring.ts';
import type { CompiledAccess, CompiledDocument } from '#shared/access/compiled-document.ts';
import { expandRoutes } from '#shared/access/expand-rule.ts';
import { printProblem } from '#shared/access/read-document.ts';
import type { Problem } from '#shared/access/read-document.ts';
import { inspectStacks } from '../gateway/index.ts';
import type { InspectedApi } from '../gateway/index.ts';
import { readAccessFiles } from './access-files.ts';
import { toInventoryRoutes } from './access-sync.ts';
import { ACCOUNT_ID, REGION } from './load-options.ts';
import { UsageError } from './output.ts';

/** What the documents come to, compiled anew. @throws UsageError with every problem */
export function readCompiled(folder: string): CompiledAccess {
  const { compiled, problems } = buildAccess(readAccessFiles(folder));
  if (problems.length > 0) throw new UsageError(problems.map(printProblem).join('\n'));
  return compiled;
}

/** Prints what is wrong and what is odd; returns how many problems there are. */
export async function checkDocuments(
  folder: string,
  sources: readonly string[],
  stage: string,
): Promise<number> {
  const { compiled, problems, warnings, withoutInventory } = buildAccess(readAccessFiles(folder));
  printProblems(warnings, 'yellow');
  printProblems([...withoutInventory, ...problems], 'red');
  const complaints =
    sources.length === 0
      ? []
      : checkApis(compiled, await inspectStacks(sources, loadOptions(stage, dirname(folder))), stage);
  for (const complaint of complaints) say('red', complaint);
  const count = withoutInventory.length + problems.length + complaints.length;
  process.stdout.write(
    `${compiled.documents.length} documents, ${count} problems, ${warnings.length} warnings\n`,
  );
  return count;
}

export function loadOptions(stage: string, directory: string) {
  return {
    ...{ stage, directory, region: REGION, accountId: ACCOUNT_ID, strict: false },
    ...{ parameters: {}, environment: {} },
    onProgress: (message: string) => process.stderr.write(`${message}\n`),
  };
}

/** Every way in which the APIs do not fit their documents: unsafe settings, routes that came or went. */
export function checkApis(
  { documents }: CompiledAccess,
  apis: readonly InspectedApi[],
  stage: string,
): readonly string[] {
  return documents.flatMap((document) =>
    document.apis
      .filter((api) => api.for === stage)
      .flatMap(({ apiId, stage: apiStage }) => {
        const api = apis.find(({ id, stage: name }) => id === apiId && name === apiStage);
        return api === undefined ? [] : checkApi(document, api);
      })
      .map((complaint) => `access/${document.name}.yml: ${complaint}`),
  );
}

function checkApi(document: CompiledDocument, api: InspectedApi): readonly string[] {
  const authorizers = new Map<string, WiredAuthorizer>();
  for (const { authorizer } of api.routes)
    if (authorizer !== undefined && isOurs(authorizer.functionName))
      authorizers.set(authorizer.name, authorizer);
  const preflight = api.routes.find(
    ({ method, authorizer }) =>
      method === 'OPTIONS' && authorizer !== undefined && isOurs(authorizer.functionName),
  );
  return [
    ...checkDrift(document, api),
    ...[...authorizers.values()].flatMap((authorizer) => checkWiring(document, authorizer)),
    ...(preflight === undefined
      ? []
      : [`OPTIONS ${preflight.path} has an authorizer, but browsers ask without credentials: take it off`]),
  ];
}

/** By the names that the toolkit's functions have, whatever stack and stage they are deployed in. */
export function isOurs(functionName: string): boolean {
  return /(^|-)(token|request)-authorizer$/.test(functionName);
}

function checkDrift(document: CompiledDocument, api: InspectedApi): readonly string[] {
  if (document.kind === 'websocket') return [];
  const print = (routes: CompiledDocument['routes']) => routes.map(({ method, path }) => `${method} ${path}`);
  const [known, found] = [print(document.routes), print(expandRoutes(toInventoryRoutes(api)))];
  const added = found.filter((route) => !known.includes(route));
  const gone = known.filter((route) => !found.includes(route));
  return [
    ...(added.length === 0 ? [] : [`the API has new routes, which nobody may call: ${added.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`the API no longer has ${gone.join(', ')}`]),
  ].map((drift) => `${drift}; run gatewright access sync`);
}

export function printProblems(problems: readonly Problem[], colour: 'red' | 'yellow'): void {
  for (const problem of problems) say(colour, printProblem(problem));
}

function say(colour: 'red' | 'yellow', message: string): void {
  const word = colour === 'red' ? 'error:' : 'warning:';
  process.stderr.write(`${styleText(colour, word, { stream: process.stderr })} ${message}\n`);
}
