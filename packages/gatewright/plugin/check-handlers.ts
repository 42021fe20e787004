/**
 * Finds handlers that are behind the toolkit's authorizers but read the caller from the place in which
 * another authorizer would put it.
 */
import { membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { identifyFunction } from '@gatewright/authoring/check/check-wiring';
import {
  describeClaimRead,
  describeMappedClaim,
  describeUnreadCode,
  findClaimReads,
  findMappedClaims,
} from '@gatewright/authoring/check/claim-reads';
import { isNodeRuntime } from '../../gateway/core/stack/function.ts';
import { readClaimsChecked } from '../../toolkit/terminal/settings-file.ts';
import type { PackagedService } from './check-service.ts';

type HandlerCheck = {
  /** Findings, each with file and line. */
  readonly complaints: readonly string[];
  /** One warning for each function whose source is not on this machine. */
  readonly warnings: readonly string[];
  /** The files that were searched. */
  readonly searched: readonly string[];
};

export async function checkHandlers({
  directory,
  resources,
  isBundled = false,
}: Pick<PackagedService, 'directory' | 'resources'> & {
  readonly isBundled?: boolean;
}): Promise<HandlerCheck> {
  const [complaints, warnings] = [new Set<string>(), [] as string[]];
  const handlers = new Map<string, { readonly route: string; readonly runtime?: string }>();
  for (const { logicalId, route, integrations } of guardedRoutes(resources)) {
    for (const what of integrations.flatMap(textsIn).flatMap(findMappedClaims))
      complaints.add(`${logicalId}: ${describeMappedClaim(what, route)}`);
    for (const name of integrations.flatMap(namesIn)) {
      const { Handler: handler, Runtime: runtime } = propertiesOf(resources, name);
      if (typeof handler === 'string' && !handlers.has(handler))
        handlers.set(handler, { route, ...(typeof runtime === 'string' && { runtime }) });
    }
  }
  const searched = new Set<string>();
  if (handlers.size === 0) return { complaints: [...complaints], warnings, searched: [] };
  const { readHandlerSources } = await import('../../gateway/engine/index.ts');
  const isChecked = readClaimsChecked([directory]);
  for (const [handler, { route, ...runtime }] of handlers) {
    const place = { file: 'serverless.yml', line: undefined, logicalId: undefined, property: undefined };
    const code = {
      kind: 'directory',
      directory,
      esbuild: undefined,
      ...(isBundled && { isBundled }),
    } as const;
    const sources = await readHandlerSources({ handler, place, code, ...runtime });
    const unread = sources.length === 0 ? unreadPath(directory, handler, runtime.runtime) : undefined;
    if (unread !== undefined && !isChecked(unread))
      warnings.push(`${relative(directory, unread) || '.'}: ${describeUnreadCode(handler, route)}`);
    for (const { file } of sources) searched.add(file);
    for (const { file, text } of sources)
      for (const { line, what } of isChecked(file) ? [] : findClaimReads(text, file))
        complaints.add(`${relative(directory, file)}:${line}: ${describeClaimRead(what, route, file)}`);
  }
  return { complaints: [...complaints], warnings, searched: [...searched] };
}

/**
 * Returns the path to a handler that was not read because it is not JavaScript. Another check reports a JavaScript
 * handler that is missing.
 */
function unreadPath(directory: string, handler: string, runtime: string | undefined): string | undefined {
  if (runtime === undefined || isNodeRuntime(runtime)) return undefined;
  const program = join(directory, handler);
  return existsSync(program) ? program : directory;
}

type GuardedRoute = {
  readonly logicalId: string;
  /** The route's name in messages. */
  readonly route: string;
  readonly integrations: readonly unknown[];
};

function guardedRoutes(resources: UnknownMembers): readonly GuardedRoute[] {
  const ours = new Set(
    Object.keys(resources).filter((logicalId) => isOurs(propertiesOf(resources, logicalId))),
  );
  return Object.keys(resources).flatMap((logicalId) => {
    const { Body: body } = propertiesOf(resources, logicalId);
    if (body !== undefined) return guardedOperations(logicalId, membersOf(body));
    const { AuthorizerId, Integration, Target, HttpMethod, RouteKey } = propertiesOf(resources, logicalId);
    if (!namesIn(AuthorizerId).some((name) => ours.has(name))) return [];
    const integrations = [Integration, ...namesIn(Target).map((name) => propertiesOf(resources, name))];
    const route = typeof RouteKey === 'string' ? RouteKey : `${String(HttpMethod)} (${logicalId})`;
    return [{ logicalId, route, integrations }];
  });
}

/** Returns the guarded operations of an OpenAPI document, version 2 or 3, in `Body`. */
function guardedOperations(logicalId: string, body: UnknownMembers): readonly GuardedRoute[] {
  const schemes = membersOf(membersOf(body['components'])['securitySchemes'] ?? body['securityDefinitions']);
  const ours = new Set(
    Object.keys(schemes).filter((name) => {
      const { authorizerUri } = membersOf(membersOf(schemes[name])['x-amazon-apigateway-authorizer']);
      return isOurs({ AuthorizerUri: authorizerUri });
    }),
  );
  return Object.entries(membersOf(body['paths'])).flatMap(([path, item]) =>
    Object.entries(membersOf(item)).flatMap(([verb, operation]) => {
      const { security = body['security'], 'x-amazon-apigateway-integration': integration } =
        membersOf(operation);
      const isGuarded =
        Array.isArray(security) &&
        security.some((one) => Object.keys(membersOf(one)).some((name) => ours.has(name)));
      const method = verb.startsWith('x-') ? 'ANY' : verb.toUpperCase();
      return isGuarded ? [{ logicalId, route: `${method} ${path}`, integrations: [integration] }] : [];
    }),
  );
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((part: unknown) => textsIn(part));
}

function isOurs({ AuthorizerUri }: UnknownMembers): boolean {
  return AuthorizerUri !== undefined && identifyFunction(JSON.stringify(AuthorizerUri)) !== undefined;
}

function namesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text } = value as UnknownMembers;
  const [owner]: readonly unknown[] = Array.isArray(attribute) ? attribute : textsIn(attribute);
  const [sub = ''] = textsIn(text);
  const inText = [...sub.matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, name]) => name);
  const own = [ref, String(owner).split('.')[0], ...inText].filter((name) => typeof name === 'string');
  return [...own, ...Object.values(value).flatMap((part: unknown) => namesIn(part))];
}

function propertiesOf(resources: UnknownMembers, logicalId: string): UnknownMembers {
  return membersOf(membersOf(resources[logicalId])['Properties']);
}
