/**
 * Whether a REST API has leave to invoke a function: `AWS::Lambda::Permission` (docs/aws §1.5, §4.4). AWS deploys
 * an API without it, and then every call is 500.
 */
import { parseArn } from '@gatewright/aws/arn';
import { compileGlob } from '../policy/glob.ts';
import { nameOfFunction } from './integration-uri.ts';
import { readText } from './properties.ts';
import type { StageText } from './model.ts';
import type { PropertyBag } from './properties.ts';

/** Of one API. */
export interface InvokePermissions {
  /** `sources`: where below the ARN of the API calls come from; leave for one of them is enough. */
  allow(functionName: string, sources: readonly string[]): boolean;
}

/** Unless `--roles on` asks for them: templates that are started in part often lack theirs. */
export const ALL_PERMITTED: InvokePermissions = { allow: () => true };

/** By the ARN of the API: `arn:aws:execute-api:{region}:{account}:{apiId}`. */
export type PermissionsOfApi = (apiArn: string) => InvokePermissions;

const SERVICE = 'apigateway.amazonaws.com';
const VERBS = ['*', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

type Grant = {
  readonly functionName: string;
  /** Undefined = of any account. */
  readonly accountId: string | undefined;
  readonly covers: (source: string) => boolean;
};

/** Of functions outside of these stacks nobody knows who may invoke them: they are left to whoever answers for them. */
export function compileInvokePermissions(
  permissions: readonly PropertyBag[],
  ownFunctions: ReadonlySet<string>,
): PermissionsOfApi {
  const grants = permissions.filter(isForGateway).map(readGrant);
  return (apiArn) => {
    const accountId = parseArn(apiArn)?.accountId;
    const ofApi = grants.filter((grant) => grant.accountId === undefined || grant.accountId === accountId);
    return {
      allow: (functionName, sources) =>
        !ownFunctions.has(functionName) ||
        ofApi.some(
          (grant) =>
            grant.functionName === functionName && sources.some((source) => grant.covers(apiArn + source)),
        ),
    };
  };
}

function isForGateway(permission: PropertyBag): boolean {
  const principal = readText(permission, 'Principal', '');
  return (
    (principal === SERVICE || principal === '*') &&
    compileGlob(readText(permission, 'Action', '').toLowerCase())('lambda:invokefunction')
  );
}

function readGrant(permission: PropertyBag): Grant {
  const pattern = readText(permission, 'SourceArn', '');
  const accountId = readText(permission, 'SourceAccount', '');
  return {
    accountId: accountId === '' ? undefined : accountId,
    functionName: nameOfFunction(readText(permission, 'FunctionName')),
    covers: pattern === '' ? () => true : compileGlob(ofAnyStage(pattern)),
  };
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
 * Whether the gateway may make these calls: also with a role, which has leave of its own, and where a stage variable
 * names the function, whose leave AWS wants to be given by hand.
 */
export function mayInvoke(
  permissions: InvokePermissions,
  { source }: StageText,
  role: unknown,
  sources: readonly string[],
): boolean {
  const hasRole = typeof role === 'string' && role !== '';
  return hasRole || source.includes('${stageVariables.') || permissions.allow(source, sources);
}

export function sourceOfAuthorizer(authorizerId: string): string {
  return `/authorizers/${authorizerId}`;
}
