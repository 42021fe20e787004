/**
 * Whether an API has leave to invoke a function: `AWS::Lambda::Permission`, AddPermission (docs/aws §1.5, §4.4). AWS
 * deploys an API without it, and then every call is 500.
 */
import { parseArn } from '@gatewright/aws/arn';
import { compileGlob } from '../policy/glob.ts';
import { isSameFunction, ownerOf, readFunctionName } from '../routing/function-name.ts';
import type { PolicyOwner } from '../routing/function-name.ts';
import type { FunctionTarget, Integration } from './model.ts';
import type { PropertyBag } from './properties.ts';

/** Asked at every call, since leave is given and taken back without a deployment. */
type Leave = () => boolean;

/** Of one API. */
export interface InvokePermissions {
  /**
   * `sources`: where below the ARN of the API calls come from; leave for one of them is enough.
   * Undefined = nobody asks for leave.
   */
  leave(invoked: PolicyOwner, sources: readonly string[]): Leave | undefined;
}

/** Unless `--roles on` asks for them: templates that are started in part often lack theirs. */
export const ALL_PERMITTED: InvokePermissions = { leave: () => undefined };

/** By the ARN of the API: `arn:aws:execute-api:{region}:{account}:{apiId}`. */
export type PermissionsOfApi = (apiArn: string) => InvokePermissions;

/** Who may call which function, as it is now. */
export interface PermissionSource {
  /** Another one after every change. */
  readonly version: number;
  /** In the words of `AWS::Lambda::Permission`. */
  readonly permissions: readonly PropertyBag[];
  /** Of functions outside of these stacks nobody knows who may invoke them: they are left to whoever answers for them. */
  isOwn(functionName: string): boolean;
}

const SERVICE = 'apigateway.amazonaws.com';
const VERBS = ['*', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
/** Conditions that a call of API Gateway never meets. */
const OF_OTHERS = ['EventSourceToken', 'PrincipalOrgID', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'];

type Grant = {
  /** A version, an alias or the function itself: leave for one is none for another (docs/aws §8.1). */
  readonly owner: PolicyOwner;
  /** Undefined = of any account. */
  readonly accountId: string | undefined;
  readonly covers: (source: string) => boolean;
};

export function compileInvokePermissions(source: PermissionSource): PermissionsOfApi {
  let grants: readonly Grant[] = [];
  let readAt = Number.NaN;
  const grantsNow = (): readonly Grant[] => {
    if (readAt !== source.version) {
      grants = source.permissions.filter(isForGateway).flatMap(readGrant);
      readAt = source.version;
    }
    return grants;
  };
  return (apiArn) => {
    const accountId = parseArn(apiArn)?.accountId;
    const isGiven = (invoked: PolicyOwner, sources: readonly string[]): boolean =>
      !source.isOwn(invoked.functionName) ||
      grantsNow().some(
        (grant) =>
          isSameFunction(grant.owner, invoked) &&
          (grant.accountId === undefined || grant.accountId === accountId) &&
          sources.some((from) => grant.covers(apiArn + from)),
      );
    return {
      leave(invoked, sources) {
        let isLet = false;
        let askedAt = Number.NaN;
        return () => {
          if (askedAt !== source.version) {
            isLet = isGiven(invoked, sources);
            askedAt = source.version;
          }
          return isLet;
        };
      },
    };
  };
}

function isForGateway(permission: PropertyBag): boolean {
  const principal = textIn(permission, 'Principal');
  return (
    (principal === SERVICE || principal === '*') &&
    compileGlob(textIn(permission, 'Action')?.toLowerCase() ?? '')('lambda:invokefunction') &&
    !OF_OTHERS.some((name) => permission.properties[name] !== undefined)
  );
}

/** One that cannot be read gives nothing, and takes nothing from the others: what is wrong was told when it was loaded. */
function readGrant(permission: PropertyBag): Grant[] {
  const named = textIn(permission, 'FunctionName');
  const pattern = textIn(permission, 'SourceArn');
  const accountId = textIn(permission, 'SourceAccount');
  if (named === undefined || named === '' || pattern === undefined || accountId === undefined) return [];
  return [
    {
      accountId: accountId === '' ? undefined : accountId,
      owner: readFunctionName(named),
      covers: pattern === '' ? () => true : compileGlob(ofAnyStage(pattern)),
    },
  ];
}

/** Empty where it is absent, undefined where it is no text. */
function textIn({ properties }: PropertyBag, name: string): string | undefined {
  const value = properties[name] ?? '';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/** A deployment does not know its stages, so leave for one of them counts for all. */
function ofAnyStage(pattern: string): string {
  const [api = '', stage, ...rest] = pattern.split('/');
  return stage === undefined || stage === 'authorizers' || rest.length === 0
    ? pattern
    : [api, '*', ...rest].join('/');
}

/** `/{stage}/GET/pets/*`, with `*` for each variable of the path; `ANY` is called by every verb. */
export function sourcesOfMethod(httpMethod: string, path: string): readonly string[] {
  const where = path.replace(/\{[^}]*\}/g, '*');
  return (httpMethod === 'ANY' ? VERBS : [httpMethod]).map((verb) => `/stage/${verb}${where}`);
}

/**
 * `/{stage}/GET/pets/*` of an HTTP API, also with the variables as they are written, which its tools do;
 * `/{stage}/$default`, `/{stage}/$connect` of what has no path.
 */
export function sourcesOfRoute(routeKey: string): readonly string[] {
  const [verb = '', path] = routeKey.split(' ');
  return path === undefined
    ? [`/stage/${routeKey}`, `/stage/*/${routeKey}`]
    : [...sourcesOfMethod(verb, path), `/stage/${verb}${path}`, `/stage/*${path}`];
}

/**
 * Whether the gateway may make these calls; undefined = always: with a role, which has leave of its own, and where a
 * stage variable names the function or its alias, whose leave AWS wants to be given by hand.
 */
export function leaveToInvoke(
  permissions: InvokePermissions,
  target: FunctionTarget,
  role: unknown,
  sources: readonly string[],
): Leave | undefined {
  const hasRole = typeof role === 'string' && role !== '';
  const isNamedByStage = target.functionName.source.includes('${stageVariables.');
  return hasRole || isNamedByStage ? undefined : permissions.leave(ownerOf(target), sources);
}

/** AWS deploys it without leave, and then every call fails. */
export function withLeave(
  integration: Integration,
  role: unknown,
  sources: readonly string[],
  permissions: InvokePermissions,
): Integration {
  if (!('functionName' in integration)) return integration;
  const mayInvoke = leaveToInvoke(permissions, integration, role, sources);
  return mayInvoke === undefined ? integration : { ...integration, mayInvoke };
}

export function sourceOfAuthorizer(authorizerId: string): string {
  return `/authorizers/${authorizerId}`;
}
