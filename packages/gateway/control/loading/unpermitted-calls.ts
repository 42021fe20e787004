/**
 * Finds functions that an API of the stacks calls without permission. AWS deploys such an API, but each of these calls
 * fails with 500 (docs/aws §1.5, §4.4), so the missing permission is reported at startup.
 */
import { ownerOf, printFunctionName } from '../../core/routing/function-name.ts';
import { readFunctionName } from '@gatewright/aws/function-name';
import { lowerFirst } from '@gatewright/aws/violations';
import { advisePermission } from '../../core/stack/permission-advice.ts';
import type { LackingPermission } from '../../core/stack/permission-advice.ts';
import {
  compileInvokePermissions,
  isForService,
} from '../../core/deployment/authorization/invoke-permissions.ts';
import { API_GATEWAY } from '../../core/policy/role.ts';
import {
  atStage,
  describeOtherPart,
  findOtherPart,
  sourceOfAuthorizer,
  sourcesOfMethod,
  sourcesOfRoute,
} from '../../core/routing/invoke-sources.ts';
import { apiArn } from '../../core/events/authorizer-event.ts';
import { pathShown } from '../../core/stack/source-format.ts';
import type { ResolvedStack, UnsupportedItem } from '../../core/stack/model.ts';
import type { NamedFunction } from '@gatewright/aws/function-name';
import type { RoutePlan } from '../../core/deployment/model.ts';
import type { ServedStage } from '../../core/exchange.ts';
import type { Account } from '../account.ts';
import type { ApiState } from '../api-state.ts';
import type { FunctionPolicies } from '../functions/function-policies.ts';

type Call = {
  readonly invoked: NamedFunction;
  readonly sources: readonly string[];
  readonly what: string;
  readonly stageName: string;
};

/** The maximum number of calls that are listed. A longer list would hide the name of the function. */
const SHOWN = 3;

/**
 * Returns one finding for each combination of API and function, alias or version. There is no finding if permissions
 * are not checked, or if a call has granted the permission.
 */
export function findUnpermittedCalls(
  apis: readonly ApiState[],
  stacks: readonly ResolvedStack[],
  { needsPermissions, functionPolicies }: Account,
): readonly UnsupportedItem[] {
  if (!needsPermissions) return [];
  const policies = functionPolicies.predict(stacks);
  const permissionsOf = compileInvokePermissions(policies);
  const functions = stacks.flatMap((stack) => stack.functions);
  return apis.flatMap(({ identity, served }): UnsupportedItem[] => {
    const permissions = permissionsOf(apiArn(identity));
    const failing = [...served.stages.values()]
      .flatMap((stage) =>
        stage.deployment.routes.plans.flatMap((plan) => callsOf(plan, stage, identity.protocol === 'rest')),
      )
      .filter(
        ({ invoked, sources, stageName }) => permissions.checkOf(invoked, sources)?.(stageName) === false,
      );
    return [...Map.groupBy(failing, ({ invoked }) => printFunctionName(invoked))].flatMap(
      ([named, calls]) => {
        const { functionName, qualifier } = readFunctionName(named);
        const definition = functions.find(({ name }) => name === functionName);
        if (definition === undefined) return [];
        const what =
          qualifier === undefined ? 'this function' : `alias or version ${qualifier} of this function`;
        const ofWhat =
          qualifier === undefined
            ? ''
            : ` whose FunctionName is ${named} (a permission for the function itself is not enough)`;
        const wrong = findWrongSources(policies, apiArn(identity), calls);
        const { stackName, logicalId, place } = definition;
        return [
          {
            stackName,
            logicalId,
            type: 'AWS::Lambda::Function',
            file: place.file,
            line: place.line,
            rule: 'invoke-permission',
            severity: 'differs',
            message: `${identity.name} is not allowed to invoke ${what}: ${
              wrong[0]?.fault ?? `add an AWS::Lambda::Permission for apigateway.amazonaws.com${ofWhat}`
            }`,
            ...(remedyFor(
              stacks,
              { functionName, qualifier, apiId: identity.apiId },
              calls.filter((call) => !wrong.some((one) => one.call === call)),
            ) ?? correctAll(wrong)),
            consequence: `${listCalls(calls)} ${isOne(calls) ? 'fails' : 'fail'}${atStages(calls, served.stages.size)} with 500, as on AWS (--roles off skips permissions)`,
          },
        ];
      },
    );
  });
}

/**
 * Returns the permission that allows the calls: of one route, or of the stage if several routes need it. If the
 * function is also an authorizer, returns only the permission of the authorizer, because one permission cannot allow
 * both.
 */
function remedyFor(
  stacks: readonly ResolvedStack[],
  lacking: Omit<LackingPermission, 'source'>,
  [first, ...others]: readonly Call[],
): Pick<UnsupportedItem, 'remedy'> | undefined {
  const [source] = first?.sources ?? [];
  if (first === undefined || source === undefined) return undefined;
  const ofAll = others.length === 0 || !source.startsWith('/stage/') ? source : '/stage/*';
  const advice = advisePermission(stacks, { ...lacking, source: atStage(ofAll, first.stageName) });
  return advice === undefined ? {} : { remedy: lowerFirst(advice.change).replace(/\.$/, '') };
}

/** Returns those calls by a route whose permissions are checked. Calls with a role are not checked. */
function callsOf(
  { integration, authorization, ...route }: RoutePlan,
  { name: stageName, variables }: Pick<ServedStage, 'name' | 'variables'>,
  isRest: boolean,
): readonly Call[] {
  const { routeKey, httpMethod, resourcePath } = route;
  const calls: Call[] = [];
  if (authorization.kind === 'lambda' && authorization.authorizer.mayInvoke !== undefined) {
    const { authorizerId, name } = authorization.authorizer;
    const what = `every route with authorizer ${name}`;
    const invoked = ownerOf(authorization.authorizer, variables);
    calls.push({ invoked, sources: [sourceOfAuthorizer(authorizerId)], what, stageName });
  }
  if ('functionName' in integration && integration.mayInvoke !== undefined)
    calls.push({
      invoked: ownerOf(integration, variables),
      sources: isRest ? sourcesOfMethod(httpMethod, resourcePath) : sourcesOfRoute(routeKey),
      what: routeKey,
      stageName,
    });
  return calls;
}

type WrongSource = { readonly call: Call; readonly fault: string; readonly place: string };

function correctAll(wrong: readonly WrongSource[]): Pick<UnsupportedItem, 'remedy'> {
  const places = [...new Set(wrong.map(({ place }) => place))];
  return places.length === 0 ? {} : { remedy: `correct ${places.slice(0, SHOWN).join(', and ')}` };
}

/**
 * Looks for permissions that would allow the calls if their source named another region, account or stage, or if it
 * had `*` in place of a path variable. Returns for each of these calls how to change the permission.
 */
function findWrongSources(
  policies: FunctionPolicies,
  arnOfApi: string,
  calls: readonly Call[],
): readonly WrongSource[] {
  return calls.flatMap((call) => {
    for (const permission of policies.statementsOf(call.invoked))
      for (const from of isForService(permission, API_GATEWAY) ? call.sources : []) {
        const arn = `${arnOfApi}${atStage(from, call.stageName)}`;
        const other = findOtherPart(permission.properties, arn);
        if (other === undefined) continue;
        const { because, change } = describeOtherPart(other, arn);
        const { file, line } = permission.place(other.property);
        const which = `${other.property} of ${permission.logicalId}`;
        return {
          call,
          fault: `${which} ${because}: ${change}`,
          place: `the ${which} (${pathShown(file)}${line === undefined ? '' : `:${line}`})`,
        };
      }
    return [];
  });
}

/** Names the stages at which the calls fail, unless they fail at all stages. */
function atStages(calls: readonly Call[], stageCount: number): string {
  const names = new Set(calls.map(({ stageName }) => stageName));
  return names.size === stageCount ? '' : ` at stage ${[...names].join(', ')}`;
}

function namesOf(calls: readonly Call[]): readonly string[] {
  return [...new Set(calls.map(({ what }) => what))];
}

function isOne(calls: readonly Call[]): boolean {
  return namesOf(calls).length === 1;
}

function listCalls(calls: readonly Call[]): string {
  const names = namesOf(calls);
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
