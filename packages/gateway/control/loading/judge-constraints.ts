/**
 * Checks resources of API Gateway against the constraints of the calls that create them. The control plane applies the
 * same constraints to calls, and CloudFormation makes these calls.
 */
import { violationsOf } from '@gatewright/aws/call-input';
import { isJsonObject } from '@gatewright/aws/json-object';
import { refusalByService } from '../edits/check-members.ts';
import { REST_CONSTRAINTS, V2_CONSTRAINTS } from '../resource-types/constraints.ts';
import type { Constraint } from '../resource-types/constraints.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';

type BrokenConstraint = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  /** Absent if the constraint is a pattern, which the message has. */
  readonly remedy?: string | undefined;
};

const METHOD = 'PUT /restapis/{restApiId}/resources/{resourceId}/methods/{httpMethod}';

/** The call that creates a resource of each type, and the property that has the members of the call. */
const CALLS: readonly (readonly [type: string, made: string, below?: string])[] = [
  ['AWS::ApiGateway::RestApi', 'POST /restapis'],
  ['AWS::ApiGateway::Method', `${METHOD}/integration`, 'Integration'],
  ['AWS::ApiGateway::GatewayResponse', 'PUT /restapis/{restApiId}/gatewayresponses/{responseType}'],
  ['AWS::ApiGateway::Authorizer', 'POST /restapis/{restApiId}/authorizers'],
  ['AWS::ApiGateway::Model', 'POST /restapis/{restApiId}/models'],
  ['AWS::ApiGateway::Stage', 'POST /restapis/{restApiId}/stages'],
  ['AWS::ApiGateway::Deployment', 'POST /restapis/{restApiId}/deployments'],
  ['AWS::ApiGateway::ApiKey', 'POST /apikeys'],
  ['AWS::ApiGateway::UsagePlan', 'POST /usageplans'],
  ['AWS::ApiGateway::DomainName', 'POST /domainnames'],
  ['AWS::ApiGatewayV2::Api', 'POST /v2/apis'],
  ['AWS::ApiGatewayV2::Route', 'POST /v2/apis/{apiId}/routes'],
  ['AWS::ApiGatewayV2::Integration', 'POST /v2/apis/{apiId}/integrations'],
  ['AWS::ApiGatewayV2::Authorizer', 'POST /v2/apis/{apiId}/authorizers'],
  ['AWS::ApiGatewayV2::Stage', 'POST /v2/apis/{apiId}/stages'],
  ['AWS::ApiGatewayV2::DomainName', 'POST /v2/domainnames'],
];

/** Members whose property has another name in templates. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([['apiKeySource', 'ApiKeySourceType']]);

export function judgeConstraints(resource: ResolvedResource): readonly BrokenConstraint[] {
  return CALLS.filter(([type]) => type === resource.type).flatMap(([, made, below]) => {
    const { properties = {} } =
      [...REST_CONSTRAINTS, ...V2_CONSTRAINTS].find((one) => one.made === made) ?? {};
    return Object.entries(properties).flatMap(([member, constraint]) => {
      const name = OTHERWISE.get(member) ?? member.split('.').map(capital).join('.');
      const property = below === undefined ? name : `${below}.${name}`;
      const value = valueAt(resource.properties, property);
      // The schema of the resource type, and not this check, determines whether a property is required.
      if (value === undefined) return [];
      const [violation] = violationsOf(value, property, { ...constraint, isRequired: false });
      const message = violation ?? refusalByService(value, constraint);
      return message === undefined
        ? []
        : [{ resource, property, message, remedy: remedyOf(property, constraint) }];
    });
  });
}

/** Says which values the constraint permits. Returns undefined if a pattern or an unnamed rule is the constraint. */
function remedyOf(property: string, constraint: Constraint): string | undefined {
  const { own = [], each } = constraint;
  const member = property.split('.').at(-1) ?? property;
  const values = constraint.values ?? each?.values ?? own.find((one) => one.values !== undefined)?.values;
  if (values !== undefined && !own.some(({ maxItems }) => maxItems !== undefined))
    return `set ${member} to one of ${values.join(', ')}`;
  for (const { range, maxItems, minLength, maxLength, present } of own) {
    if (range !== undefined) return `set ${member} to a value from ${range[0]} to ${range[1]}`;
    if (maxItems !== undefined)
      return `keep at most ${maxItems} of ${member}${values === undefined ? '' : ` (one of ${values.join(', ')})`}`;
    if (minLength !== undefined || maxLength !== undefined)
      return `write ${member} with ${minLength === undefined ? '' : `at least ${minLength} `}${maxLength === undefined ? '' : `${minLength === undefined ? '' : 'and '}at most ${maxLength} `}characters`;
    if (present === true) return `add ${member}`;
  }
  const { least, most } = constraint;
  if (least !== undefined && most !== undefined) return `use ${least} to ${most} for ${member}`;
  return undefined;
}

/**
 * Returns a value as the call gets it. CloudFormation converts texts of digits to numbers where a number is expected.
 */
function valueAt(properties: unknown, path: string): unknown {
  let found: unknown = properties;
  for (const name of path.split('.')) {
    if (!isJsonObject(found)) return undefined;
    found = found[name];
  }
  return typeof found === 'string' &&
    /^\d+$/.test(found) &&
    /InMillis$|Seconds$|Size$/.test(path) &&
    !path.endsWith('ClusterSize')
    ? Number(found)
    : (found ?? undefined);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
