/**
 * Checks the roles that stacks give to services: whether a service can assume its role, and whether the role has the
 * rights that the service checks when a resource is created.
 */
import { parseArn } from '@gatewright/aws/arn';
import { parseFunctionName } from '@gatewright/aws/function-name';
import { asOneOrMore, isJsonObject, mapOf, membersOf, textOf } from '@gatewright/aws/json-object';
import { decideForRole } from '../../core/policy/identities.ts';
import { API_GATEWAY } from '../../core/policy/role.ts';
import type { Role } from '../../core/policy/role.ts';
import { describeMissingRight } from '../../core/stack/source-rights.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { DELIVERY_RIGHTS } from '../deliveries/delivery-rights.ts';
import type { RolesOfStacks } from './read-roles.ts';

type RefusedRole = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

type Trust = { readonly property: string; readonly service: string; readonly message: string };

/** The services that check the trust policy of a role when a resource gets it, with their words. */
const TRUSTS: Readonly<Record<string, Trust>> = {
  // pdomala/LambdaCDDemo#1
  'AWS::Lambda::Function': {
    property: 'Role',
    service: 'lambda.amazonaws.com',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  },
  // awsdocs/aws-step-functions-developer-guide#23, lumigo-io/lumigo-CLI#83
  'AWS::StepFunctions::StateMachine': {
    property: 'RoleArn',
    service: 'states.amazonaws.com',
    message:
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
  },
  // EventBridge Scheduler user guide, troubleshooting
  'AWS::Scheduler::Schedule': {
    property: 'Target.RoleArn',
    service: 'scheduler.amazonaws.com',
    message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  },
  // API Gateway developer guide, "CloudWatch Logs role ARN"
  'AWS::ApiGateway::Account': {
    property: 'CloudWatchRoleArn',
    service: API_GATEWAY,
    message:
      'The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.',
  },
};

export function judgeRoles(
  { resources, region, accountId }: ResolvedStack,
  roles: RolesOfStacks,
): readonly RefusedRole[] {
  const home = `${region}:${accountId}`;
  return [...resources.values()].flatMap((resource) => [
    ...judgeTrust(resource, roles),
    ...judgeRights(resource, roles, home),
  ]);
}

function judgeTrust(resource: ResolvedResource, { byArn }: RolesOfStacks): readonly RefusedRole[] {
  const trust = TRUSTS[resource.type];
  if (trust === undefined) return [];
  const [first = '', second] = trust.property.split('.');
  const arn = second === undefined ? resource.properties[first] : mapOf(resource.properties, first)[second];
  const role = typeof arn === 'string' ? byArn.get(arn) : undefined;
  const remedy = `add ${trust.service} to Principal.Service of a statement with Action sts:AssumeRole in AssumeRolePolicyDocument of the role`;
  return role === undefined || isTrusted(role, trust)
    ? []
    : [{ resource, property: trust.property, message: trust.message, remedy }];
}

function isTrusted({ trustedServices = new Set(['*']) }: Role, { service }: Trust): boolean {
  // Each service has a principal for all regions. Some also have one for each region or partition.
  return [...trustedServices].some((name) => name === '*' || globalName(name) === service);
}

function globalName(service: string): string {
  return service.replace(/^(\w+)\.[a-z]{2,4}(?:-[a-z]+)+-\d\./, '$1.').replace(/\.cn$/, '');
}

type Right = { readonly property: string; readonly action: string; readonly resources: readonly string[] };

/** The services as Lambda's messages name them. */
const NAMES: Readonly<Record<string, string>> = {
  ec2: 'EC2',
  events: 'EventBridge',
  lambda: 'Lambda',
  xray: 'XRAY',
};

function judgeRights(
  resource: ResolvedResource,
  { ofFunctions, byArn }: RolesOfStacks,
  home: string,
): readonly RefusedRole[] {
  const { type, properties, physicalId } = resource;
  if (type === 'AWS::StepFunctions::StateMachine') return judgeLogging(resource, byArn);
  if (type === 'AWS::Cognito::UserPool') return judgeSender(resource, byArn);
  if (type === 'AWS::ApiGateway::Account') return judgeLogWriter(resource, byArn, home);
  const name =
    type === 'AWS::Lambda::Function'
      ? physicalId
      : parseFunctionName(textOf(properties, 'FunctionName')).functionName;
  const role = ofFunctions.get(name);
  if (role === undefined || !isDecidable(role)) return [];
  const permits = (action: string, on: string): boolean =>
    decideForRole(role, { action, resource: on, conditions: new Map() }) === 'allow';
  if (type === 'AWS::Lambda::EventSourceMapping') {
    const message = describeMissingRight(name, textOf(properties, 'EventSourceArn'), (_, action, on) =>
      permits(action, on),
    );
    const remedy = `allow these actions on ${textOf(properties, 'EventSourceArn')} in a policy of the role of the function`;
    return message === undefined ? [] : [{ resource, property: 'EventSourceArn', message, remedy }];
  }
  return rightsOf(resource, home)
    .filter(({ action, resources }) => !resources.some((on) => permits(action, on)))
    .map(({ property, action, resources: [on = '*'] }) => {
      const [service = '', operation = ''] = action.split(':');
      const called = NAMES[service] ?? service.toUpperCase();
      const message = `The provided execution role does not have permissions to call ${operation} on ${called}`;
      return {
        resource,
        property,
        message,
        remedy: `allow ${action} on ${on} in a policy of the role of the function`,
      };
    });
}

/**
 * What Step Functions needs to deliver its logs (aws-samples/serverless-patterns#102).
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
 */
const OF_LOGGING = ['logs:CreateLogDelivery', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies'];

function judgeLogging(machine: ResolvedResource, byArn: RolesOfStacks['byArn']): readonly RefusedRole[] {
  const { LoggingConfiguration: logging, RoleArn: arn } = machine.properties;
  const { Level: level = 'OFF', Destinations: destinations = [] } = membersOf(logging);
  const role = typeof arn === 'string' ? byArn.get(arn) : undefined;
  if (role === undefined || !isDecidable(role) || level === 'OFF' || asOneOrMore(destinations).length === 0)
    return [];
  const isPermitted = OF_LOGGING.every(
    (action) => decideForRole(role, { action, resource: '*', conditions: new Map() }) === 'allow',
  );
  return isPermitted
    ? []
    : [
        {
          resource: machine,
          property: 'LoggingConfiguration',
          message: 'The state machine IAM Role is not authorized to access the Log Destination',
          remedy: `allow ${OF_LOGGING.join(', ')} on * in a policy of the role`,
        },
      ];
}

/** Refuses a role of a user pool that may not send SMS messages (OElesin/querypal#6). */
function judgeSender(pool: ResolvedResource, byArn: RolesOfStacks['byArn']): readonly RefusedRole[] {
  const arn = mapOf(pool.properties, 'SmsConfiguration')['SnsCallerArn'];
  const role = typeof arn === 'string' ? byArn.get(arn) : undefined;
  if (role === undefined || !isDecidable(role)) return [];
  const isPermitted =
    decideForRole(role, { action: 'sns:Publish', resource: '*', conditions: new Map() }) === 'allow';
  return isPermitted
    ? []
    : [
        {
          resource: pool,
          property: 'SmsConfiguration.SnsCallerArn',
          message: 'Role does not have permission to publish with SNS',
          remedy: 'allow sns:Publish on * in a policy of the role',
        },
      ];
}

/** The actions of the managed policy AmazonAPIGatewayPushToCloudWatchLogs. */
const OF_LOG_WRITER = [
  'CreateLogGroup',
  'CreateLogStream',
  'DescribeLogGroups',
  'DescribeLogStreams',
  'PutLogEvents',
  'GetLogEvents',
  'FilterLogEvents',
].map((action) => `logs:${action}`);

/**
 * Refuses a role of API Gateway that permits none of the actions on logs (aws-cloudformation/rain#163). A role that
 * permits some of them is not refused here, because AWS does not say which it tries.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#set-up-access-logging-permissions
 */
function judgeLogWriter(
  account: ResolvedResource,
  byArn: RolesOfStacks['byArn'],
  home: string,
): readonly RefusedRole[] {
  const { CloudWatchRoleArn: arn } = account.properties;
  const role = typeof arn === 'string' ? byArn.get(arn) : undefined;
  const trust = TRUSTS[account.type];
  if (role === undefined || trust === undefined || !isDecidable(role) || !isTrusted(role, trust)) return [];
  const groups = ['API-Gateway-Execution-Logs_api/stage', '/aws/apigateway/welcome', 'access'];
  const logs = [
    '*',
    ...groups.flatMap((group) => ['', ':*', ':log-stream:any'].map((of) => `${group}${of}`)),
  ];
  const resources = logs.map((name) => (name === '*' ? name : `arn:aws:logs:${home}:log-group:${name}`));
  const isPermitted = OF_LOG_WRITER.some((action) =>
    resources.some((on) => decideForRole(role, { action, resource: on, conditions: new Map() }) === 'allow'),
  );
  const { property, message } = trust;
  const remedy =
    'add arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs to ManagedPolicyArns of the role';
  return isPermitted ? [] : [{ resource: account, property, message, remedy }];
}

/**
 * Returns the rights that Lambda checks when the resource is created. The role must have each of these rights, on at
 * least one of the right's resources.
 */
function rightsOf({ type, properties }: ResolvedResource, home: string): readonly Right[] {
  if (type === 'AWS::Lambda::Function')
    return [
      // aws/aws-sam-cli#617
      ...(asOneOrMore(mapOf(properties, 'VpcConfig')['SubnetIds']).length > 0
        ? [
            {
              property: 'VpcConfig',
              action: 'ec2:CreateNetworkInterface',
              resources: ['*', `arn:aws:ec2:${home}:network-interface/any`],
            },
          ]
        : []),
      // functionalone/serverless-iam-roles-per-function#39
      ...(mapOf(properties, 'TracingConfig')['Mode'] === 'Active'
        ? [{ property: 'TracingConfig', action: 'xray:PutTraceSegments', resources: ['*'] }]
        : []),
      ...rightOfTarget('DeadLetterConfig.TargetArn', mapOf(properties, 'DeadLetterConfig')['TargetArn']),
    ];
  if (type !== 'AWS::Lambda::EventInvokeConfig') return [];
  return Object.entries(mapOf(properties, 'DestinationConfig')).flatMap(([name, to]) =>
    rightOfTarget(`DestinationConfig.${name}.Destination`, membersOf(to)['Destination']),
  );
}

/**
 * Returns the right to use a target of failed or finished invocations, by the service of its ARN.
 * @see https://github.com/aws-samples/aws-serverless-ecommerce-platform/issues/41
 * @see https://github.com/serverless/serverless/issues/4770
 * @see https://github.com/aws-amplify/amplify-cli/issues/10395
 */
function rightOfTarget(property: string, arn: unknown): readonly Right[] {
  if (typeof arn !== 'string') return [];
  const action = DELIVERY_RIGHTS[parseArn(arn)?.service ?? ''];
  return action === undefined ? [] : [{ property, action, resources: [arn] }];
}

/**
 * Returns whether no statement of the role has a condition, so that the role’s rights follow from the statements alone.
 */
export function isDecidable({ policies }: Role): boolean {
  return policies.every(({ sources = [] }) =>
    sources.every(({ document }) =>
      asOneOrMore(membersOf(document)['Statement']).every(
        (one) => !isJsonObject(one) || one['Condition'] === undefined,
      ),
    ),
  );
}
