/**
 * Converts each AWS::Lambda::Url of the stacks to an API with one route. API Gateway's control plane does not show such
 * an API.
 */
import { conditionOf, URL_ACTIONS } from '../../core/policy/function-url-rights.ts';
import { makeId } from '@gatewright/aws/physical-ids';
import { compileFunctionUrl, readAuthType, URL_STAGE } from '../../core/deployment/compile-function-url.ts';
import { functionUrlWordings } from '../../core/deployment/wordings/error-wordings.ts';
import { readText } from '../../core/deployment/properties.ts';
import { DefinitionError, ruledFault } from '../../core/errors.ts';
import { splitHttpPath } from '../../core/routing/stage-path.ts';
import { toControlResource } from '../control-resource.ts';
import { parseArn } from '@gatewright/aws/arn';
import { readFunctionName } from '@gatewright/aws/function-name';
import { functionHomeOf } from '../../core/stack/home.ts';
import { FunctionPolicies } from '../functions/function-policies.ts';
import { textOf } from '@gatewright/aws/json-object';
import type { FunctionUrlFacts } from '../../core/events/request-facts.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import type { PropertyBag } from '../../core/deployment/properties.ts';
import type { Tolerance } from '../../core/errors.ts';
import type { ServedApi } from '../../core/exchange.ts';
import type { Account } from '../account.ts';
import type { ControlResource } from '../control-resource.ts';
import type { FunctionHome, NamedFunction } from '@gatewright/aws/function-name';

export type FunctionUrl = {
  readonly served: ServedApi;
  readonly owner: NamedFunction;
  readonly functionArn: string;
  readonly resource: ControlResource;
};

const TYPE = 'AWS::Lambda::Url';
/**
 * The only permission that URLs created before October 2025 need. Later URLs need all of `URL_ACTIONS` (Lambda
 * developer guide, "Control access to Lambda function URLs").
 */
const ACTIONS_BEFORE = ['lambda:InvokeFunctionUrl'];

export function readFunctionUrls(
  stacks: readonly ResolvedStack[],
  account: Account,
  tolerance: Tolerance,
): FunctionUrl[] {
  return stacks.flatMap((stack) =>
    [...stack.resources.values()]
      .filter(({ type }) => type === TYPE)
      .flatMap((resource) =>
        tolerance.attempt(
          'the function URL does not exist',
          () => [readUrl(resource, stack, account, tolerance)],
          () => [],
        ),
      ),
  );
}

function readUrl(
  resource: ResolvedResource,
  stack: ResolvedStack,
  account: Account,
  tolerance: Tolerance,
): FunctionUrl {
  const url = toControlResource(resource);
  const owner = ownerOf(url, functionHomeOf(stack));
  const { region, accountId, stackName } = stack;
  const apiId = makeId(32, stackName, resource.logicalId);
  const functionArn = arnOf(owner, `arn:aws:lambda:${region}:${accountId}`);
  const functionUrl = factsOf(url, owner, functionArn, account);
  const deployment = compileFunctionUrl(url, owner, tolerance);
  const { authorizerCache } = account.stageMemory(apiId, URL_STAGE);
  const stage = {
    name: URL_STAGE,
    deploymentId: deployment.id,
    deployment,
    variables: null,
    authorizerCache,
    throttle: undefined,
    keys: account.keyRing,
  };
  const served: ServedApi = {
    apiId,
    accountId,
    region,
    stackName,
    logicalId: resource.logicalId,
    functionUrl,
    domainName: `${apiId}.lambda-url.${region}.on.aws`,
    endpointType: 'REGIONAL',
    name: nameOf(owner),
    protocol: 'http',
    stages: new Map([[URL_STAGE, stage]]),
    locate: splitHttpPath,
    errors: functionUrlWordings,
    basePathMatched: undefined,
    privateDomain: undefined,
    disableExecuteApiEndpoint: false,
  };
  return { served, owner, functionArn, resource: url };
}

/**
 * Returns the function, or the alias in `Qualifier`, to which a URL belongs.
 * @throws DefinitionError if `Qualifier` is a version
 */
function ownerOf(url: ControlResource, home: FunctionHome): NamedFunction {
  const named = readFunctionName(readText(url, 'TargetFunctionArn'), home);
  const qualifier = textOf(url.properties, 'Qualifier');
  if (/^\d+$/.test(qualifier))
    throw new DefinitionError(
      url.place('Qualifier'),
      `a version cannot have a URL, and Qualifier ${qualifier} is a version: name an alias`,
    );
  return { ...named, qualifier: qualifier === '' ? named.qualifier : qualifier };
}

function nameOf({ functionName, qualifier }: NamedFunction): string {
  return qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
}

function arnOf(owner: NamedFunction, account: string): string {
  return parseArn(owner.functionName) === undefined ? `${account}:function:${nameOf(owner)}` : nameOf(owner);
}

function factsOf(
  url: PropertyBag,
  owner: NamedFunction,
  functionArn: string,
  { functionPolicies, needsPermissions, assumptions }: Account,
): FunctionUrlFacts {
  const authType = url.properties['AuthType'] === 'NONE' ? readAuthType(url) : 'AWS_IAM';
  const isAsked = authType === 'AWS_IAM' || needsPermissions;
  const needed = assumptions['function-url-permissions'] === 'both' ? URL_ACTIONS : ACTIONS_BEFORE;
  return {
    functionArn,
    authType,
    actions: isAsked ? needed : [],
    policy: functionPolicies.policyOf(owner, functionArn),
  };
}

/**
 * Reports the second URL of a function or alias, which AWS would refuse, and public URLs without permission. AWS
 * creates a URL without permission, but every request to it receives 403.
 */
export function reportUnpermitted(
  urls: readonly FunctionUrl[],
  stacks: readonly ResolvedStack[],
  tolerance: Tolerance,
): void {
  const policies = new FunctionPolicies();
  policies.define(stacks);
  const seen = new Set<string>();
  for (const { functionArn, resource } of urls) {
    if (seen.has(functionArn))
      tolerance.note(
        new DefinitionError(resource.place('TargetFunctionArn'), `${functionArn} already has a function URL`),
        'AWS would refuse the second function URL, but the gateway serves it',
      );
    seen.add(functionArn);
  }
  for (const {
    served: { functionUrl },
    owner,
    functionArn,
    resource,
  } of urls) {
    if (functionUrl?.authType !== 'NONE') continue;
    const policy = policies.policyOf(owner, functionArn)();
    const asked = functionUrl.actions.length === 0 ? URL_ACTIONS : functionUrl.actions;
    const missing = asked.filter(
      (action) => policy?.decide({ action, resource: functionArn, conditions: OF_A_URL }) !== 'allow',
    );
    if (missing.length === 0) continue;
    const needs = missing.map((action) => `${action} with ${conditionOf(action, 'NONE')}`).join(', and ');
    tolerance.note(
      ruledFault(
        'invoke-permission',
        resource.place('AuthType'),
        `no caller is allowed to invoke the function URL, because it needs an AWS::Lambda::Permission for Principal "*" with ${needs}`,
      ),
      functionUrl.actions.length === 0
        ? 'AWS responds with 403; the gateway serves the function URL because of --roles off'
        : 'every request receives 403, as on AWS',
    );
  }
}

const OF_A_URL = new Map([
  ['lambda:functionurlauthtype', ['NONE']],
  ['lambda:invokedviafunctionurl', ['true']],
]);
