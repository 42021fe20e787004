/**
 * Checks the roles that stacks give to services: whether a service can assume its role, and whether the role has the
 * permissions that the service checks when a resource is created.
 */
import { parseArn, partitionOf } from '@gatewright/aws/arn';
import { parseFunctionName } from '@gatewright/aws/function-name';
import {
  asOneOrMore,
  asText,
  isJsonObject,
  mapOf,
  membersOf,
  parseJson,
  textOf,
} from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import { NOT_OPEN_TO_STATES } from '../../core/deployability/call-words.ts';
import { decideForRole } from '../../core/policy/identities.ts';
import { API_GATEWAY, trustsAnyPrincipal } from '../../core/policy/role.ts';
import type { Role } from '../../core/policy/role.ts';
import { findMappedSource } from '../../core/stack/event-sources.ts';
import { describeMissingRight } from '../../core/stack/source-rights.ts';
import type { ResolvedResource, ResolvedStack } from '../../core/stack/model.ts';
import { deliveryRight } from '../deliveries/delivery-rights.ts';
import type { RolesOfStacks } from './read-roles.ts';

type RefusedRole = {
  readonly resource: ResolvedResource;
  readonly property: string;
  readonly message: string;
  readonly remedy: string;
};

type Trust = { readonly property: string; readonly service: string; readonly message: string };

/**
 * The services that check the trust policy of a role when a resource with this role is created, with their error
 * messages.
 */
const TRUSTS: Readonly<Record<string, Trust>> = {
  // See pdomala/LambdaCDDemo#1
  'AWS::Lambda::Function': {
    property: 'Role',
    service: 'lambda.amazonaws.com',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  },
  'AWS::StepFunctions::StateMachine': {
    property: 'RoleArn',
    service: 'states.amazonaws.com',
    message: NOT_OPEN_TO_STATES,
  },
  // EventBridge Scheduler user guide, troubleshooting
  'AWS::Scheduler::Schedule': {
    property: 'Target.RoleArn',
    service: 'scheduler.amazonaws.com',
    message: 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  },
  // See the API Gateway developer guide, "CloudWatch Logs role ARN".
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
  return [...resources.values()].flatMap((resource) => {
    const refused = judgeTrust(resource, roles);
    // If the service cannot assume the role, the role's permissions are not checked either.
    const rights = judgeRights(resource, roles, home).filter(
      ({ property }) => !refused.some((one) => one.property === property),
    );
    return [...refused, ...rights];
  });
}

function judgeTrust(resource: ResolvedResource, roles: RolesOfStacks): readonly RefusedRole[] {
  const trust = TRUSTS[resource.type];
  const role = trust === undefined ? undefined : roleAt(resource, trust.property, roles);
  if (trust === undefined || role === undefined || trusts(role, resource.type)) return [];
  const remedy = `add ${trust.service} to Principal.Service of a statement with Action sts:AssumeRole in AssumeRolePolicyDocument of the role`;
  return [{ resource, property: trust.property, message: trust.message, remedy }];
}

/** Returns whether the trust policy of the role permits the service that uses the role for resources of this type. */
function trusts(role: Role, type: string): boolean {
  const trust = TRUSTS[type];
  return trust === undefined || trustsAnyPrincipal(role, trust.service);
}

/** A permission that the service requires the role to have when the resource is created. */
type Right = {
  /** The property that is refused if the role lacks the permission. */
  readonly property: string;
  readonly actions: readonly string[];
  /** Whether the role needs only one of the actions. */
  readonly isAnyEnough?: true;
  /** The role must have the permission for at least one of these resources. */
  readonly resources: readonly string[];
  readonly message: string;
  readonly remedy: string;
};

/** The role of a resource that does not belong to Lambda, and the permissions that its service requires. */
type RoleUse = {
  readonly role: string;
  readonly rightsOf: (properties: JsonObject, home: string) => readonly Right[];
};

/**
 * The permissions that Step Functions needs to deliver logs (aws-samples/serverless-patterns#102).
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
 */
const OF_LOGGING = ['logs:CreateLogDelivery', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies'];

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
 * The EventBridge rules that notify Step Functions when the work of a task ends, by the task's resource.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 */
const RULES_OF_TASKS: readonly (readonly [resource: RegExp, rule: string])[] = [
  [/:states:startExecution\.sync(?::2)?$/, 'StepFunctionsGetEventsForStepFunctionsExecutionRule'],
  [/:ecs:runTask\.sync$/, 'StepFunctionsGetEventsForECSTaskRule'],
  [/:batch:submitJob\.sync$/, 'StepFunctionsGetEventsForBatchJobsRule'],
];

const OF_RULES = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];

/**
 * Returns the permissions that a state machine needs in order to wait for the work of its tasks
 * (aws-samples/amazon-sagemaker-safe-deployment-pipeline#29, terraform-aws-modules/terraform-aws-step-functions#11).
 */
function rightsToWait(
  { Definition: definition, DefinitionString: text, RoleArn: role }: JsonObject,
  home: string,
): readonly Right[] {
  const tasks = JSON.stringify(definition ?? (typeof text === 'string' ? parseJson(text) : text) ?? {});
  const resources = [...tasks.matchAll(/"Resource":"(arn:[^"]+)"/g)].map(([, arn = '']) => arn);
  return RULES_OF_TASKS.filter(([resource]) => resources.some((arn) => resource.test(arn))).map(
    ([, rule]) => ({
      property: 'RoleArn',
      actions: OF_RULES,
      resources: [`arn:${partitionOf(home.split(':')[0] ?? '')}:events:${home}:rule/${rule}`],
      message: `'${asText(role) ?? ''}' is not authorized to create managed-rule.`,
      remedy: `allow ${OF_RULES.join(', ')} on !Sub 'arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:rule/${rule}' in a policy of the role`,
    }),
  );
}

const ROLE_USES: Readonly<Record<string, RoleUse>> = {
  'AWS::StepFunctions::StateMachine': {
    role: 'RoleArn',
    rightsOf(properties, home) {
      const waiting = rightsToWait(properties, home);
      const { Level: level = 'OFF', Destinations: destinations = [] } = mapOf(
        properties,
        'LoggingConfiguration',
      );
      if (level === 'OFF' || asOneOrMore(destinations).length === 0) return waiting;
      return [
        ...waiting,
        {
          property: 'LoggingConfiguration',
          actions: OF_LOGGING,
          resources: ['*'],
          message: 'The state machine IAM Role is not authorized to access the Log Destination',
          remedy: `allow ${OF_LOGGING.join(', ')} on * in a policy of the role`,
        },
      ];
    },
  },
  // See terraform-aws-modules/terraform-aws-eventbridge#133
  'AWS::Pipes::Pipe': {
    role: 'RoleArn',
    rightsOf({ Source: arn }) {
      const source = typeof arn === 'string' ? findMappedSource(parseArn(arn)?.service ?? '') : undefined;
      // Pipes' error message is known only for this kind of source.
      if (typeof arn !== 'string' || source?.kind !== 'queue') return [];
      return source.rights.map((name) => ({
        property: 'RoleArn',
        actions: [`${source.service}:${name}`],
        resources: [arn],
        message: `The provided customer role does not have permissions to call ${name} on ${source.type}`,
        remedy: `allow ${source.rights.map((right) => `${source.service}:${right}`).join(', ')} on the ARN of the queue in Source (Fn::GetAtt QUEUE.Arn) in a policy of the role`,
      }));
    },
  },
  // See OElesin/querypal#6
  'AWS::Cognito::UserPool': {
    role: 'SmsConfiguration.SnsCallerArn',
    rightsOf: () => [
      {
        property: 'SmsConfiguration.SnsCallerArn',
        actions: ['sns:Publish'],
        resources: ['*'],
        message: 'Role does not have permission to publish with SNS',
        remedy: 'allow sns:Publish on * in a policy of the role',
      },
    ],
  },
  // This check does not refuse a role that permits some of the actions, because AWS does not document which of the
  // actions it tries (aws-cloudformation/rain#163; API Gateway developer guide, "Set up access logging permissions").
  'AWS::ApiGateway::Account': {
    role: 'CloudWatchRoleArn',
    rightsOf: (_properties, home) => [
      {
        property: 'CloudWatchRoleArn',
        actions: OF_LOG_WRITER,
        isAnyEnough: true,
        resources: logsOf(home),
        message: TRUSTS['AWS::ApiGateway::Account']?.message ?? '',
        remedy:
          'add arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs to ManagedPolicyArns of the role',
      },
    ],
  },
};

/** Returns the ARNs of API Gateway's log groups. A role for logs needs permissions for them. */
function logsOf(home: string): readonly string[] {
  const groups = ['API-Gateway-Execution-Logs_api/stage', '/aws/apigateway/welcome', 'access'];
  const names = groups.flatMap((group) => ['', ':*', ':log-stream:any'].map((of) => `${group}${of}`));
  return ['*', ...['*', ...names].map((name) => `arn:aws:logs:${home}:log-group:${name}`)];
}

function judgeRights(resource: ResolvedResource, roles: RolesOfStacks, home: string): readonly RefusedRole[] {
  const { type, properties } = resource;
  const use = ROLE_USES[type];
  const role = use === undefined ? roleOfFunction(resource, roles) : roleAt(resource, use.role, roles);
  if (role === undefined || !isDecidable(role)) return [];
  const permits = (action: string, on: string): boolean =>
    decideForRole(role, { action, resource: on, conditions: new Map() }) === 'allow';
  if (type === 'AWS::Lambda::EventSourceMapping') {
    const source = textOf(properties, 'EventSourceArn');
    const { functionName } = parseFunctionName(textOf(properties, 'FunctionName'));
    const message = describeMissingRight(functionName, source, (_, action, on) => permits(action, on));
    const remedy = "allow these actions on the value of EventSourceArn in a policy of the function's role";
    return message === undefined ? [] : [{ resource, property: 'EventSourceArn', message, remedy }];
  }
  const isPermitted = ({ actions, isAnyEnough, resources }: Right): boolean => {
    const isAllowed = (action: string): boolean => resources.some((on) => permits(action, on));
    return isAnyEnough === true ? actions.some(isAllowed) : actions.every(isAllowed);
  };
  return (use?.rightsOf(properties, home) ?? rightsOfFunction(resource, home))
    .filter((right) => !isPermitted(right))
    .filter(({ property }, index, all) => all.findIndex((one) => one.property === property) === index)
    .map(({ property, message, remedy }) => ({ resource, property, message, remedy }));
}

function roleAt({ properties }: ResolvedResource, path: string, { byArn }: RolesOfStacks): Role | undefined {
  const [first = '', second] = path.split('.');
  const arn = second === undefined ? properties[first] : mapOf(properties, first)[second];
  return typeof arn === 'string' ? byArn.get(arn) : undefined;
}

function roleOfFunction(
  { type, properties, physicalId }: ResolvedResource,
  { ofFunctions }: RolesOfStacks,
): Role | undefined {
  const name =
    type === 'AWS::Lambda::Function'
      ? physicalId
      : parseFunctionName(textOf(properties, 'FunctionName')).functionName;
  return ofFunctions.get(name);
}

/** The names of services in Lambda's error messages. */
const NAMES: Readonly<Record<string, string>> = {
  ec2: 'EC2',
  events: 'EventBridge',
  lambda: 'Lambda',
  xray: 'XRAY',
};

/** Returns the permissions that Lambda requires a function's role to have when the resource is created. */
function rightsOfFunction({ type, properties }: ResolvedResource, home: string): readonly Right[] {
  if (type === 'AWS::Lambda::Function')
    return [
      // See aws/aws-sam-cli#617
      ...(asOneOrMore(mapOf(properties, 'VpcConfig')['SubnetIds']).length > 0
        ? [
            rightToCall('VpcConfig', 'ec2:CreateNetworkInterface', [
              '*',
              `arn:aws:ec2:${home}:network-interface/any`,
            ]),
          ]
        : []),
      // See functionalone/serverless-iam-roles-per-function#39
      ...(mapOf(properties, 'TracingConfig')['Mode'] === 'Active'
        ? [rightToCall('TracingConfig', 'xray:PutTraceSegments', ['*'])]
        : []),
      ...rightOfTarget('DeadLetterConfig.TargetArn', mapOf(properties, 'DeadLetterConfig')['TargetArn']),
    ];
  if (type !== 'AWS::Lambda::EventInvokeConfig') return [];
  return Object.entries(mapOf(properties, 'DestinationConfig')).flatMap(([name, to]) =>
    rightOfTarget(`DestinationConfig.${name}.Destination`, membersOf(to)['Destination']),
  );
}

function rightToCall(property: string, action: string, resources: readonly string[]): Right {
  const [service = '', operation = ''] = action.split(':');
  const called = NAMES[service] ?? service.toUpperCase();
  return {
    property,
    actions: [action],
    resources,
    message: `The provided execution role does not have permissions to call ${operation} on ${called}`,
    remedy: `allow ${action} on ${resources[0] ?? '*'} in a policy of the function's role`,
  };
}

/**
 * Returns the action that sends a failed or finished invocation to a destination, by the service in its ARN.
 * @see https://github.com/aws-samples/aws-serverless-ecommerce-platform/issues/41
 * @see https://github.com/serverless/serverless/issues/4770
 * @see https://github.com/aws-amplify/amplify-cli/issues/10395
 */
function rightOfTarget(property: string, arn: unknown): readonly Right[] {
  if (typeof arn !== 'string') return [];
  const action = deliveryRight(parseArn(arn)?.service);
  return action === undefined ? [] : [rightToCall(property, action, [arn])];
}

/**
 * Returns whether no statement of the role has a condition, so that the statements alone show the role’s permissions.
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
