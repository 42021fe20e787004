/**
 * Writes the statements and properties that a role or function lacks, in the formats of the loaded stacks.
 */
import { readFunctionName } from '@gatewright/aws/function-name';
import { asText, isTrue } from '@gatewright/aws/json-object';
import { API_GATEWAY, nameOfRole } from '../../core/policy/role.ts';
import { atStage } from '../../core/routing/invoke-sources.ts';
import { advisePermission } from '../../core/stack/permission-advice.ts';
import { writeReference } from '../../core/stack/resource-reference.ts';
import { adviseStatement, adviseTrust } from '../../core/stack/statement-advice.ts';
import { shortPlace } from '../../core/stack/source-format.ts';
import { lacksDeployment } from '../../control/loading/inspect-apis.ts';
import { findDenials, keyOf } from '../explain/missing-right.ts';
import { findMappings } from '../surprises/template-text.ts';
import { placeOfFirst, resourcesOf } from './find-places.ts';
import type { ResolvedStack } from '../../core/stack/model.ts';
import type { Circumstances, NamedPlace } from '../explain/circumstances.ts';

export function adviseByStacks(
  about: Circumstances,
  stacks: readonly ResolvedStack[],
): Pick<
  Circumstances,
  | 'statements'
  | 'permission'
  | 'trust'
  | 'domains'
  | 'untold'
  | 'functionReference'
  | 'undeployed'
  | 'isAutoDeployed'
> {
  const { defect, apiId, stageName = '*' } = about;
  return {
    ...(about.integration?.errorType === 'GoneException' &&
      about.kind !== 'handshake' && { untold: findUntold(stacks) }),
    statements: adviseStatements(about, stacks),
    ...(defect?.kind === 'permission' &&
      defect.invoked !== undefined &&
      defect.source !== undefined && {
        permission: advisePermission(stacks, {
          ...readFunctionName(defect.invoked),
          apiId,
          source: atStage(defect.source, stageName),
        }),
      }),
    ...(defect?.kind === 'function-url' && { functionReference: referTo(stacks, defect.functionArn) }),
    ...(about.isEndpointDisabled === true && { domains: findDomains(stacks, apiId) }),
    ...(about.stageName === undefined && { undeployed: findUndeployed(about, stacks) }),
    ...(resourcesOf(stacks, 'AWS::ApiGatewayV2::Stage').some(
      ({ properties: { ApiId: api, StageName: name, AutoDeploy: isAuto } }) =>
        api === apiId && name === stageName && isTrue(isAuto),
    ) && { isAutoDeployed: true as const }),
    ...(defect?.kind === 'role' && {
      trust: adviseTrust(stacks, nameOfRole(defect.roleArn), API_GATEWAY),
    }),
  };
}

/**
 * Returns the ARN of a function, or another ARN, as the template of the stack of the function writes it; undefined if no
 * loaded stack has the function.
 */
export function referTo(
  stacks: readonly ResolvedStack[],
  functionArn: string,
  arn = functionArn,
): string | undefined {
  const { functionName } = readFunctionName(functionArn);
  const owner = stacks.find(({ resources }) =>
    [...resources.values()].some(
      ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === functionName,
    ),
  );
  return owner && writeReference(stacks, owner, arn);
}

/** Returns the WebSocket APIs without a route $disconnect, each with the place of its route $connect. */
function findUntold(stacks: readonly ResolvedStack[]): readonly NamedPlace[] {
  const routes = resourcesOf(stacks, 'AWS::ApiGatewayV2::Route');
  return resourcesOf(stacks, 'AWS::ApiGatewayV2::Api')
    .filter(({ properties }) => properties['ProtocolType'] === 'WEBSOCKET')
    .flatMap((api) => {
      const own = routes.filter(({ properties }) => properties['ApiId'] === api.physicalId);
      const routeOf = (key: string) => own.find(({ properties }) => properties['RouteKey'] === key);
      const place = placeOfFirst(routeOf('$connect') ?? api, ['RouteKey', 'RouteSelectionExpression']);
      return routeOf('$disconnect') !== undefined || place === undefined
        ? []
        : [{ what: asText(api.properties['Name']) ?? api.logicalId, place }];
    });
}

/** Returns the stage that the path of the request names, if a stack defines this stage without a deployment. */
function findUndeployed(
  { apiId, path }: Circumstances,
  stacks: readonly ResolvedStack[],
): Circumstances['undeployed'] {
  const [, first = ''] = path.split('/');
  const stages = resourcesOf(stacks, 'AWS::ApiGatewayV2::Stage').filter(
    (stage) => stage.properties['ApiId'] === apiId && lacksDeployment(stage),
  );
  const named = (name: string) => stages.find(({ properties }) => properties['StageName'] === name);
  const found = named(first) ?? named('$default');
  return found && { name: asText(found.properties['StageName']) ?? '', place: shortPlace(found) };
}

/** Returns the custom domains of the loaded stacks that are mapped to the API, each with the path of its mapping. */
function findDomains(stacks: readonly ResolvedStack[], apiId: string): readonly string[] {
  return findMappings(stacks, apiId).map(({ domain, path }) => `${domain}${path === '' ? '' : `/${path}`}`);
}

function adviseStatements(
  { failure = '', integration, guard }: Circumstances,
  stacks: readonly ResolvedStack[],
): Readonly<Record<string, string>> {
  const texts = [
    failure,
    integration?.errorMessage ?? '',
    integration?.denial ?? '',
    ...(integration?.lines ?? []),
    ...(guard?.lines ?? []),
  ];
  return statementsFor(texts, stacks);
}

/** Returns what to write for each statement that a role of the stacks lacks, by the key of the denial. */
export function statementsFor(
  texts: readonly string[],
  stacks: readonly ResolvedStack[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    findDenials(texts).flatMap((denial) => {
      const advice = denial.isExplicit ? undefined : adviseStatement(stacks, denial.name, denial);
      return advice === undefined ? [] : [[keyOf(denial), advice]];
    }),
  );
}
