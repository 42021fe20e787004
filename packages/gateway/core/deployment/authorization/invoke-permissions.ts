/**
 * Checks whether an API may invoke a function, according to `AWS::Lambda::Permission` resources and AddPermission calls
 * (docs/aws §1.5, §4.4). AWS deploys an API without the permission, but every call then results in 500.
 */
import { parseArn } from '@gatewright/aws/arn';
import { compileGlob } from '@gatewright/aws/glob';
import { variablesIn } from '../integration/stage-text.ts';
import { isSameFunction, ownerOf } from '../../routing/function-name.ts';
import { atStage } from '../../routing/invoke-sources.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import type { NamedFunction } from '@gatewright/aws/function-name';
import type { InvokeCheck } from '../../mapping/integration.ts';
import type { FunctionTarget, Integration } from '../model.ts';
import type { PropertyBag } from '../properties.ts';

export interface InvokePermissions {
  /**
   * Returns a check of the calls that a stage makes, or undefined if permissions are not checked. `sources` are the
   * possible origins of a call, below the ARN of the API. A permission for one of them is enough.
   */
  checkOf(invoked: NamedFunction, sources: readonly string[]): ((stageName: string) => boolean) | undefined;
}

/**
 * Permits every call. It is used if roles are not enforced (`--roles off`), because a template that is only partly
 * started often lacks permissions.
 */
export const ALL_PERMITTED: InvokePermissions = { checkOf: () => undefined };

/** Returns the permissions for the ARN of an API: `arn:aws:execute-api:{region}:{account}:{apiId}`. */
export type PermissionsOfApi = (apiArn: string) => InvokePermissions;

export interface PermissionSource {
  readonly version: number;
  /** The resources of type `AWS::Lambda::Permission`. */
  readonly permissions: readonly PropertyBag[];
  /**
   * Returns whether the function is in these stacks. The permissions of any other function are unknown, and its owner
   * checks them.
   */
  isOwn(functionName: string): boolean;
}

const SERVICE = 'apigateway.amazonaws.com';
/** Conditions that a call by a service such as API Gateway or SNS never satisfies. */
const OF_OTHERS = ['EventSourceToken', 'PrincipalOrgID', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'];

type Grant = {
  /**
   * The version, the alias or the function itself to which the permission applies. Permission for one of these does not
   * extend to the others (docs/aws §8.1).
   */
  readonly owner: NamedFunction;
  /** The account of the permission; undefined means any account. */
  readonly accountId: string | undefined;
  readonly covers: (source: string) => boolean;
};

export function compileInvokePermissions(source: PermissionSource): PermissionsOfApi {
  let grants: readonly Grant[] = [];
  let readAt = Number.NaN;
  const grantsNow = (): readonly Grant[] => {
    if (readAt !== source.version) {
      grants = source.permissions
        .filter((permission) => isForService(permission, SERVICE))
        .flatMap(readGrant);
      readAt = source.version;
    }
    return grants;
  };
  return (apiArn) => {
    const accountId = parseArn(apiArn)?.accountId;
    const isGiven = (invoked: NamedFunction, sources: readonly string[]): boolean =>
      !source.isOwn(invoked.functionName) ||
      grantsNow().some(
        (grant) =>
          isSameFunction(grant.owner, invoked) &&
          (grant.accountId === undefined || grant.accountId === accountId) &&
          sources.some((from) => grant.covers(apiArn + from)),
      );
    return {
      checkOf(invoked, sources) {
        const letStages = new Map<string, boolean>();
        let askedAt = Number.NaN;
        return (stageName) => {
          if (askedAt !== source.version) letStages.clear();
          askedAt = source.version;
          const isLet =
            letStages.get(stageName) ??
            isGiven(
              invoked,
              sources.map((from) => atStage(from, stageName)),
            );
          letStages.set(stageName, isLet);
          return isLet;
        };
      },
    };
  };
}

type Permission = Pick<PropertyBag, 'properties'>;

/**
 * Returns whether an `AWS::Lambda::Permission` lets a service invoke the function, without regard to its source and
 * account.
 * @param service the principal, such as `sns.amazonaws.com`
 */
export function isForService(permission: Permission, service: string): boolean {
  const principal = textIn(permission, 'Principal');
  return (
    (principal === service || principal === '*') &&
    compileGlob(textIn(permission, 'Action')?.toLowerCase() ?? '')('lambda:invokefunction') &&
    !OF_OTHERS.some((name) => permission.properties[name] !== undefined)
  );
}

/**
 * Reads a permission. If it cannot be read, it grants nothing and does not affect other permissions. The fault is
 * reported when the template is loaded.
 */
function readGrant(permission: PropertyBag): Grant[] {
  const named = textIn(permission, 'FunctionName');
  const pattern = textIn(permission, 'SourceArn');
  const accountId = textIn(permission, 'SourceAccount');
  if (named === undefined || named === '' || pattern === undefined || accountId === undefined) return [];
  return [
    {
      accountId: accountId === '' ? undefined : accountId,
      owner: readFunctionName(named),
      covers: pattern === '' ? () => true : compileGlob(pattern),
    },
  ];
}

/** Returns an empty string if the property is absent, and undefined if it is neither a string nor a number. */
export function textIn({ properties }: Permission, name: string): string | undefined {
  const value = properties[name] ?? '';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

/**
 * Returns a function that checks whether API Gateway may make these calls. Undefined means that permissions do not
 * decide, because the integration has a role, or because permissions are not checked. If stage variables name the
 * function or its alias, the policy of the named function or alias decides, separately for each stage (docs/aws §8.1).
 */
export function findInvokeCheck(
  permissions: InvokePermissions,
  target: FunctionTarget,
  role: unknown,
  sources: readonly string[],
): InvokeCheck | undefined {
  if (readRole(role) !== undefined) return undefined;
  const check = permissions.checkOf(ownerOf(target, null), sources);
  // The name and the qualifier come from the same ARN, so both use the same stage variables.
  const names = variablesIn(target.functionName.source);
  if (check === undefined) return undefined;
  return names.length === 0
    ? ({ name }) => check(name)
    : checkByStage(permissions, { target, names }, sources);
}

/** Caches the check for the function that was named last, because most deployments serve only one stage. */
function checkByStage(
  permissions: InvokePermissions,
  { target, names }: { readonly target: FunctionTarget; readonly names: readonly string[] },
  sources: readonly string[],
): InvokeCheck {
  let invoked: NamedFunction = { functionName: '', qualifier: undefined };
  let check: ReturnType<InvokePermissions['checkOf']>;
  return ({ name, variables }) => {
    // If a variable has no value, no function is invoked, and the call fails for that reason instead.
    if (names.some((variable) => (variables?.[variable] ?? '') === '')) return true;
    const named = ownerOf(target, variables);
    if (!isSameFunction(named, invoked)) {
      invoked = named;
      check = permissions.checkOf(named, sources);
    }
    return check?.(name) ?? true;
  };
}

/** Returns the role with which API Gateway makes a call; undefined if the template does not name a role. */
export function readRole(role: unknown): string | undefined {
  return typeof role === 'string' && role !== '' ? role : undefined;
}

/**
 * Adds the check, or the role of the call, to an integration that calls a function. AWS deploys the API without the
 * permission, but every call then fails.
 */
export function withInvokeCheck(
  integration: Integration,
  role: unknown,
  sources: readonly string[],
  permissions: InvokePermissions,
): Integration {
  if (!('functionName' in integration)) return integration;
  const mayInvoke = findInvokeCheck(permissions, integration, role, sources);
  const roleArn = readRole(role);
  return {
    ...integration,
    ...(mayInvoke !== undefined && { mayInvoke }),
    ...(roleArn !== undefined && { roleArn }),
  };
}
