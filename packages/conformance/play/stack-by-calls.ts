/**
 * Creates the resources of a case's stack by the calls of their services, which more emulators serve than
 * CloudFormation.
 */
import { bodyOf, repeatCall, withLeft } from './asked-call.ts';
import { show } from './compare.ts';
import { asText } from '../schema/parity-case.ts';
import type { CaseStack, ControlService, ControlTarget, OpenedStack } from '../schema/control-case.ts';
import type { Json, JsonObject } from '../schema/parity-case.ts';

const DEADLINE_MS = 60_000;

type Call = readonly [call: string, input: JsonObject];

type Maker = {
  readonly service: ControlService;
  readonly create: (properties: JsonObject) => Call;
  /** The call that is repeated until the member at `path` has this value. Its response is added to that of `create`. */
  readonly ready?: {
    readonly call: (input: JsonObject, made: JsonObject) => Call;
    readonly path: string;
    readonly is: string;
  };
  /** Path of the value of Ref in the response, or else in the input. */
  readonly ref: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** `remove` is undefined if the resource is removed together with another one. */
  readonly remove?: (input: JsonObject, made: JsonObject) => Call;
};

/** Renames the properties of a resource to the members of the call that creates it. */
const renamed =
  (names: Readonly<Record<string, string>>) =>
  (properties: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [names[name] ?? name, value]));

const creating =
  (call: string, names: Readonly<Record<string, string>> = {}) =>
  (properties: JsonObject): Call => [call, renamed(names)(properties)];

/** Removes a resource by a member of the input or of the response. */
const removing =
  (call: string, member: string, path: string = member) =>
  (input: JsonObject, made: JsonObject): Call => [
    call,
    { [member]: valueAt(made, path) ?? input[path] ?? '' },
  ];

const MAKERS: Readonly<Record<string, Maker>> = {
  'AWS::SNS::Topic': {
    service: 'sns',
    create: creating('CreateTopic', { TopicName: 'Name' }),
    ref: 'TopicArn',
    remove: removing('DeleteTopic', 'TopicArn'),
  },
  'AWS::SSM::Parameter': {
    service: 'ssm',
    create: creating('PutParameter'),
    ref: 'Name',
    remove: removing('DeleteParameter', 'Name'),
  },
  'AWS::SecretsManager::Secret': {
    service: 'secretsmanager',
    create: creating('CreateSecret'),
    ref: 'ARN',
    remove: (_, { ARN = '' }) => ['DeleteSecret', { SecretId: ARN, ForceDeleteWithoutRecovery: true }],
  },
  'AWS::Logs::LogGroup': {
    service: 'logs',
    create: creating('CreateLogGroup', { LogGroupName: 'logGroupName' }),
    ref: 'logGroupName',
    remove: removing('DeleteLogGroup', 'logGroupName'),
  },
  'AWS::Logs::LogStream': {
    service: 'logs',
    create: creating('CreateLogStream', { LogGroupName: 'logGroupName', LogStreamName: 'logStreamName' }),
    ref: 'logStreamName',
  },
  'AWS::DynamoDB::Table': {
    service: 'dynamodb',
    create: ({ StreamSpecification, ...properties }) => [
      'CreateTable',
      {
        ...properties,
        ...(StreamSpecification !== undefined && {
          StreamSpecification: { StreamEnabled: true, ...(StreamSpecification as JsonObject) },
        }),
      },
    ],
    ready: {
      call: ({ TableName = '' }) => ['DescribeTable', { TableName }],
      path: 'Table.TableStatus',
      is: 'ACTIVE',
    },
    ref: 'TableName',
    attributes: { StreamArn: 'Table.LatestStreamArn' },
    remove: removing('DeleteTable', 'TableName'),
  },
  'AWS::Kinesis::Stream': {
    service: 'kinesis',
    create: creating('CreateStream', { Name: 'StreamName' }),
    ready: {
      call: ({ StreamName = '' }) => ['DescribeStream', { StreamName }],
      path: 'StreamDescription.StreamStatus',
      is: 'ACTIVE',
    },
    ref: 'StreamName',
    remove: removing('DeleteStream', 'StreamName'),
  },
  'AWS::S3::Bucket': {
    service: 's3',
    create: creating('CreateBucket', { BucketName: 'Bucket' }),
    ref: 'Bucket',
    remove: removing('DeleteBucket', 'Bucket'),
  },
  'AWS::StepFunctions::StateMachine': {
    service: 'states',
    create: creating('CreateStateMachine', {
      StateMachineName: 'name',
      StateMachineType: 'type',
      DefinitionString: 'definition',
      RoleArn: 'roleArn',
    }),
    ref: 'stateMachineArn',
    remove: removing('DeleteStateMachine', 'stateMachineArn'),
  },
  'AWS::Cognito::UserPool': {
    service: 'cognito-idp',
    create: creating('CreateUserPool', { UserPoolName: 'PoolName' }),
    ref: 'UserPool.Id',
    remove: removing('DeleteUserPool', 'UserPoolId', 'UserPool.Id'),
  },
  'AWS::Cognito::UserPoolClient': {
    service: 'cognito-idp',
    create: creating('CreateUserPoolClient'),
    ref: 'UserPoolClient.ClientId',
  },
  'AWS::WAFv2::IPSet': {
    service: 'wafv2',
    create: creating('CreateIPSet'),
    ref: 'Summary.Id',
    attributes: { Id: 'Summary.Id', Arn: 'Summary.ARN' },
    remove: ({ Name = '', Scope = '' }, made) => [
      'DeleteIPSet',
      {
        Name,
        Scope,
        Id: valueAt(made, 'Summary.Id') ?? '',
        LockToken: valueAt(made, 'Summary.LockToken') ?? '',
      },
    ],
  },
  'AWS::ServiceDiscovery::HttpNamespace': {
    service: 'servicediscovery',
    create: creating('CreateHttpNamespace'),
    ready: {
      call: (_, { OperationId = '' }) => ['GetOperation', { OperationId }],
      path: 'Operation.Status',
      is: 'SUCCESS',
    },
    ref: 'Operation.Targets.NAMESPACE',
    remove: removing('DeleteNamespace', 'Id', 'Operation.Targets.NAMESPACE'),
  },
  'AWS::ServiceDiscovery::Service': {
    service: 'servicediscovery',
    create: creating('CreateService'),
    ref: 'Service.Id',
    remove: removing('DeleteService', 'Id', 'Service.Id'),
  },
};

type MadeResource = { readonly maker: Maker; readonly input: JsonObject; readonly made: JsonObject };

/** Returns the first type of the stack that the runner cannot create by calls; undefined if there is none. */
export function typeWithoutCalls({ Resources }: CaseStack): string | undefined {
  return Object.entries(Resources).find(([, { Type }]) => !(Type in MAKERS))?.[1].Type;
}

/** @throws Error if a resource cannot be created */
export async function makeByCalls(
  target: ControlTarget,
  { Resources, Outputs = {} }: CaseStack,
): Promise<OpenedStack> {
  const all = new Map<string, MadeResource>();
  const remove = async (): Promise<string | undefined> => {
    let left: string | undefined;
    for (const { maker, input, made } of [...all.values()].toReversed()) {
      if (maker.remove === undefined) continue;
      const [call, arguments_] = maker.remove(input, made);
      const failure = await target.send(maker.service, { call, input: arguments_ }).then(
        ({ error }) => error && `${error.code} ${show(error.message)}`,
        (error: unknown) => (error as Error).message,
      );
      if (failure !== undefined && !/^\w*(?:NotFound|NotExist|NoSuch)/.test(failure))
        left ??= `a resource was left behind, because ${call} failed: ${failure}`;
    }
    return left;
  };
  try {
    for (const [name, { Type, Properties = {} }] of Object.entries(Resources)) {
      const maker = MAKERS[Type];
      if (maker === undefined) throw new Error(`the runner has no calls that create ${Type}`);
      const keep = (made: MadeResource): void => void all.set(name, made);
      await makeOne(target, maker, resolveRefs(Properties, all) as JsonObject, keep);
    }
    return {
      target,
      outputs: new Map(
        Object.entries(Outputs).map(([name, { Value }]) => [name, asText(resolveRefs(Value, all))]),
      ),
      remove,
    };
  } catch (error) {
    throw withLeft(error, await remove());
  }
}

/** @param keep gets the resource as soon as it exists, so that it is also removed if it does not become ready */
async function makeOne(
  target: ControlTarget,
  maker: Maker,
  properties: JsonObject,
  keep: (resource: MadeResource) => void,
): Promise<void> {
  const ask = async ([call, input]: Call): Promise<JsonObject> =>
    bodyOf(call, await target.send(maker.service, { call, input }));
  const [call, input] = maker.create(properties);
  const made = await ask([call, input]);
  keep({ maker, input, made });
  const { ready } = maker;
  if (ready === undefined) return;
  const askState = async (): Promise<true | undefined> => {
    const state = await ask(ready.call(input, made));
    keep({ maker, input, made: { ...made, ...state } });
    return valueAt(state, ready.path) === ready.is || undefined;
  };
  await repeatCall(askState, DEADLINE_MS, `${call}: the resource was not ready`);
}

/** Replaces Ref and Fn::GetAtt by the values of resources that exist already. */
function resolveRefs(value: Json, all: ReadonlyMap<string, MadeResource>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => resolveRefs(item, all));
  if (value === null || typeof value !== 'object') return value;
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as JsonObject;
  if (typeof ref === 'string') return readPath(all.get(ref), ref, (maker) => maker.ref);
  if (attribute !== undefined) {
    const [name = '', member = ''] = attribute as readonly string[];
    return readPath(all.get(name), name, ({ attributes = {} }) => attributes[member] ?? member);
  }
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, item]) => [name, resolveRefs(item, all)]),
  );
}

function readPath(resource: MadeResource | undefined, name: string, pathOf: (maker: Maker) => string): Json {
  const path = resource && pathOf(resource.maker);
  const value = resource && path && (valueAt(resource.made, path) ?? resource.input[path]);
  if (value === undefined) throw new Error(`the response that created ${name} has no ${path ?? 'value'}`);
  return value;
}

function valueAt(value: JsonObject, path: string): Json | undefined {
  let found: Json | undefined = value;
  for (const member of path.split('.'))
    found = typeof found === 'object' && found !== null ? (found as JsonObject)[member] : undefined;
  return found;
}
