/**
 * Functions of the stacks that an API calls and may not invoke. AWS deploys that, and then each such call fails with 500
 * (docs/aws §1.5, §4.4): it is told at start, before the first request meets it.
 */
import {
  compileInvokePermissions,
  sourceOfAuthorizer,
  sourcesOfMethod,
  sourcesOfRoute,
} from '../deployment/invoke-permissions.ts';
import { apiArn } from '../events/authorizer-event.ts';
import type { ResolvedStack, UnsupportedItem } from '../definition/model.ts';
import type { RoutePlan } from '../deployment/model.ts';
import type { Account } from './account.ts';
import type { ApiState } from './api-state.ts';

type Call = {
  readonly functionName: string;
  readonly sources: readonly string[];
  /** What fails, for a person. */
  readonly what: string;
};

/** More would hide the function. */
const SHOWN = 3;

/** One for each function and API; none where nobody asks for leave, or where a call has given it. */
export function findUnpermittedCalls(
  apis: readonly ApiState[],
  stacks: readonly ResolvedStack[],
  { needsPermissions, functionPolicies }: Account,
): readonly UnsupportedItem[] {
  if (!needsPermissions) return [];
  const permissionsOf = compileInvokePermissions(functionPolicies.foresee(stacks));
  const functions = stacks.flatMap((stack) => stack.functions);
  return apis.flatMap(({ identity, served }): UnsupportedItem[] => {
    const permissions = permissionsOf(apiArn(identity));
    const plans = [...served.stages.values()].flatMap(({ deployment }) => deployment.routes.plans);
    const failing = plans
      .flatMap((plan) => callsOf(plan, identity.protocol === 'rest'))
      .filter(({ functionName, sources }) => permissions.leave(functionName, sources)?.() === false);
    return [...Map.groupBy(failing, ({ functionName }) => functionName)].flatMap(([functionName, calls]) => {
      const definition = functions.find(({ name }) => name === functionName);
      if (definition === undefined) return [];
      const { stackName, logicalId, place } = definition;
      return [
        {
          ...{ stackName, logicalId, type: 'AWS::Lambda::Function', file: place.file, line: place.line },
          message: `${identity.name} may not invoke it: it needs an AWS::Lambda::Permission for apigateway.amazonaws.com`,
          consequence: `${listCalls(calls)} ${isOne(calls) ? 'fails' : 'fail'} with 500, as at AWS (--roles off asks for no permission)`,
        },
      ];
    });
  });
}

/** Those of a route that are asked about; what names its function by a stage variable, or has a role, is not. */
function callsOf({ integration, authorization, ...route }: RoutePlan, isRest: boolean): readonly Call[] {
  const { routeKey, httpMethod, resourcePath } = route;
  const calls: Call[] = [];
  if (authorization.kind === 'lambda' && authorization.authorizer.mayInvoke !== undefined) {
    const { functionName, authorizerId, name } = authorization.authorizer;
    const what = `all behind authorizer ${name}`;
    calls.push({ functionName: functionName.source, sources: [sourceOfAuthorizer(authorizerId)], what });
  }
  if ('functionName' in integration && integration.mayInvoke !== undefined)
    calls.push({
      functionName: integration.functionName.source,
      sources: isRest ? sourcesOfMethod(httpMethod, resourcePath) : sourcesOfRoute(routeKey),
      what: routeKey,
    });
  return calls;
}

function namesOf(calls: readonly Call[]): readonly string[] {
  return [...new Set(calls.map(({ what }) => what))];
}

function isOne(calls: readonly Call[]): boolean {
  return namesOf(calls).length === 1;
}

/** `GET /a, POST /a and 3 more` */
function listCalls(calls: readonly Call[]): string {
  const names = namesOf(calls);
  const more = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
