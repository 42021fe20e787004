/**
 * Checks the contents of a package that is created without a bundler. It finds imports of handlers that are missing in
 * the package, and excludes local state that must not be deployed.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Serverless } from './serverless.ts';

/**
 * The patterns that exclude the gateway's state, which contains credentials, and the toolkit's stack, which is deployed
 * separately.
 */
const STATE = '!**/.gatewright/**';
const STACK = '!gatewright/**';
/** Matches the module name in `import { claimsOf } from 'gatewright/access'` or `require("gatewright/access")`. */
const IMPORT =
  /['"]gatewright\/(access|cache|gather|mcp|mcp-verifier|quota|resilience|webhooks|websocket|websocket-client)['"]/;
const BUNDLERS = /esbuild|webpack|bundle|rollup|parcel|rspack/;

/**
 * Excludes the state from each package. Functions and layers with their own patterns are also changed, because their
 * patterns come after the patterns of the service.
 */
export function omitState({ serviceDir, service }: Pick<Serverless, 'serviceDir' | 'service'>): void {
  if (service.package !== undefined)
    service.package.patterns = withoutState(service.package.patterns ?? [], serviceDir);
  for (const one of [...Object.values(service.functions ?? {}), ...Object.values(service.layers ?? {})])
    if (one?.package?.patterns !== undefined)
      one.package.patterns = [...one.package.patterns, ...withoutState([], serviceDir).map(spellAgain)];
}

/**
 * Writes an exclusion in a different but equivalent form. osls joins the patterns of the service and of the function,
 * and drops the later one of two equal patterns. An exclusion in the same form would therefore no longer come last, and
 * a pattern of the function could include the state again.
 */
function spellAgain(pattern: string): string {
  return `${pattern}/*`;
}

/** Returns the service's patterns, and the exclusions that each package of the service needs. */
export function withoutState(patterns: readonly string[], directory: string): readonly string[] {
  const isStack = /gatewright\/stack/.test(readIfThere(join(directory, 'gatewright/serverless.yml')));
  return [...patterns, STATE, ...(isStack ? [STACK] : [])];
}

/** Whether the plug-in or the service's own patterns exclude the stack. */
export function isStateOmitted(plugins: unknown, packaging: unknown): boolean {
  return (
    /"gatewright"/.test(JSON.stringify(plugins ?? [])) || JSON.stringify(packaging ?? {}).includes(STACK)
  );
}

/** Whether a bundler includes the imported code in the handlers' files. */
export function isBundled({
  build,
  plugins = [],
  custom,
}: {
  readonly build?: unknown;
  readonly plugins?: unknown;
  readonly custom?: UnknownMembers;
}): boolean {
  return build !== undefined || custom?.['esbuild'] !== undefined || BUNDLERS.test(JSON.stringify(plugins));
}

const NOTHING = { complaints: [], searched: [] };

/** Finds handlers that could not import `gatewright/…` on AWS. The reason is that dev dependencies are not deployed. */
export async function checkPackages({
  directory,
  resources,
}: {
  readonly directory: string;
  readonly resources: UnknownMembers;
}): Promise<{ readonly complaints: readonly string[]; readonly searched: readonly string[] }> {
  if (isDependency(directory)) return NOTHING;
  const { readHandlerSources } = await import('../../gateway/engine/index.ts');
  const place = { file: 'serverless.yml', line: undefined, logicalId: undefined, property: undefined };
  const code = { kind: 'directory', directory, esbuild: undefined } as const;
  const [complaints, searched] = [new Set<string>(), new Set<string>()];
  for (const handler of handlersOf(resources))
    for (const { file, text } of await readHandlerSources({ handler, place, code })) {
      searched.add(file);
      const entry = IMPORT.exec(text)?.[1];
      if (entry !== undefined)
        complaints.add(
          `${relative(directory, file)}: imports gatewright/${entry}, but the package of the service does not contain gatewright, because gatewright is not a dependency or is only a dev dependency: run npm install @gatewright/handlers, and import @gatewright/handlers/${entry}`,
        );
    }
  return { complaints: [...complaints], searched: [...searched] };
}

const COMPILED = ['.js', '.mjs', '.cjs'];
const SOURCES = ['.ts', '.mts', '.cts', '.tsx'];
const MOST_NAMED = 5;

/**
 * Describes the handlers whose TypeScript is packaged as it is, because no bundler is configured and no JavaScript is
 * beside them; undefined if there are none. A service whose package is made elsewhere is not judged.
 */
export function describeUncompiled({
  directory,
  resources,
  service,
}: {
  readonly directory: string;
  readonly resources: UnknownMembers;
  readonly service: Pick<Serverless['service'], 'package' | 'functions'>;
}): string | undefined {
  const packagings = [service.package, ...Object.values(service.functions ?? {}).map((one) => one?.package)];
  if (packagings.some((one) => one?.artifact !== undefined)) return undefined;
  const files = [...handlersOf(resources)].flatMap((handler) => {
    const base = handler.replace(/\.[^./]*$/, '');
    const isThere = (ending: string): boolean => existsSync(join(directory, base + ending));
    const source = SOURCES.find(isThere);
    return source === undefined || COMPILED.some(isThere) ? [] : [base + source];
  });
  if (files.length === 0) return undefined;
  const more = files.length > MOST_NAMED ? ` and ${files.length - MOST_NAMED} more` : '';
  return `${files.slice(0, MOST_NAMED).join(', ')}${more}: Lambda cannot load TypeScript, and no bundler is configured, so every call of ${files.length === 1 ? 'this handler' : 'these handlers'} fails on AWS: set up a bundler such as esbuild, or compile the handlers before you package the service`;
}

function isDependency(directory: string): boolean {
  const text = readIfThere(join(directory, 'package.json'));
  // Without a bundler, the package of the service contains all dependencies.
  if (text === '') return existsSync(join(directory, 'node_modules/gatewright'));
  const { dependencies = {} } = JSON.parse(text) as { readonly dependencies?: UnknownMembers };
  return Object.hasOwn(dependencies, 'gatewright');
}

function handlersOf(resources: UnknownMembers): ReadonlySet<string> {
  const handlers = Object.values(resources).flatMap((resource) => {
    const { Type, Properties } = resource as {
      readonly Type?: unknown;
      readonly Properties?: UnknownMembers;
    };
    const { Handler, Runtime } = Properties ?? {};
    const isOurs = Type === 'AWS::Lambda::Function' && typeof Handler === 'string';
    return isOurs && /^(nodejs|undefined)/.test(String(Runtime)) ? [Handler] : [];
  });
  return new Set(handlers);
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
