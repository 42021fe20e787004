/** The calls of Task states: which integrations the gateway runs, and how their requests, results and errors look. */
import { parseArn } from '@gatewright/aws/arn';
import { isJsonObject, membersOf, parseJson, parseJsonObject } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { lowerFirst } from '@gatewright/aws/violations';
import type { HttpOutcome, ServiceRequest } from '../../core/ports.ts';
import { NOT_OPEN_TO_STATES } from '../../core/deployability/call-words.ts';
import { SDK_CALLS } from './sdk-calls.ts';
import { StateFailure } from './state-failure.ts';

type Integration =
  /** The ARN of a function as the resource: the result is the payload itself. */
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'invoke' }
  | { readonly kind: 'service'; readonly call: ServiceCallForm };

type ServiceCallForm = {
  /** The signing name. */
  readonly service: string;
  readonly action: string;
  /** The prefix of `X-Amz-Target`; absent for a service with the query protocol. */
  readonly target?: string;
  readonly version?: '1.0' | '1.1';
  /** The prefix of error names. */
  readonly errors: string;
  /** The service's name in the cause of an error. */
  readonly client: string;
  /** The name of the service in `arn:aws:states:::aws-sdk:…`; absent for an optimized integration. */
  readonly sdk?: string;
  /** Whether the result also has SdkHttpMetadata and SdkResponseMetadata, as with optimized integrations. */
  readonly isOptimized: boolean;
};

type Protocol = Pick<ServiceCallForm, 'service' | 'target' | 'version'>;

const DYNAMODB = { service: 'dynamodb', target: 'DynamoDB_20120810', version: '1.0' } as const;
const SQS = { service: 'sqs', target: 'AmazonSQS', version: '1.0' } as const;
const EVENTS = { service: 'events', target: 'AWSEvents', version: '1.1' } as const;
const STATES = { service: 'states', target: 'AWSStepFunctions', version: '1.0' } as const;
const SNS = { service: 'sns' } as const;

/**
 * The optimized integrations, with the names in their errors
 * [obs: stepfunctions, error_handling/test_task_service_dynamodb, …_sqs, services/test_sns_task_service].
 */
const OPTIMIZED: Readonly<
  Record<
    string,
    Protocol & { readonly actions: readonly string[]; readonly errors: string; readonly client: string }
  >
> = {
  dynamodb: {
    ...DYNAMODB,
    actions: ['getItem', 'putItem', 'updateItem', 'deleteItem'],
    errors: 'DynamoDB',
    client: 'AmazonDynamoDBv2',
  },
  sqs: { ...SQS, actions: ['sendMessage'], errors: 'SQS', client: 'AmazonSQS' },
  sns: { ...SNS, actions: ['publish'], errors: 'SNS', client: 'AmazonSNS' },
  events: { ...EVENTS, actions: ['putEvents'], errors: 'EventBridge', client: 'AmazonEventBridge' },
  states: { ...STATES, actions: ['startExecution'], errors: 'StepFunctions', client: 'AWSStepFunctions' },
};

/** The services of `arn:aws:states:::aws-sdk:…` [obs: stepfunctions, error_handling/test_aws_sdk]. */
const SDK: Readonly<Record<string, Protocol & { readonly name: string }>> = {
  dynamodb: { ...DYNAMODB, name: 'DynamoDb' },
  sqs: { ...SQS, name: 'Sqs' },
  eventbridge: { ...EVENTS, name: 'EventBridge' },
  kinesis: { service: 'kinesis', target: 'Kinesis_20131202', version: '1.1', name: 'Kinesis' },
  ssm: { service: 'ssm', target: 'AmazonSSM', version: '1.1', name: 'Ssm' },
  secretsmanager: {
    service: 'secretsmanager',
    target: 'secretsmanager',
    version: '1.1',
    name: 'SecretsManager',
  },
  sfn: { ...STATES, name: 'Sfn' },
};

/** Returns the integration of a Task's resource; undefined if the gateway does not run it. */
export function integrationOf(resource: string): Integration | undefined {
  const { service, resource: rest = '' } = parseArn(resource) ?? {};
  if (service === 'lambda') return { kind: 'function', functionArn: resource };
  if (service !== 'states') return undefined;
  if (rest === 'lambda:invoke') return { kind: 'invoke' };
  const [first = '', second = '', third = ''] = rest.split(':');
  const sdk = first === 'aws-sdk' && Object.hasOwn(SDK, second) ? SDK[second] : undefined;
  if (sdk !== undefined && /^[a-z]\w*$/.test(third)) {
    const { name, ...protocol } = sdk;
    const call = {
      ...protocol,
      action: upperFirst(third),
      errors: name,
      client: name,
      sdk: second,
      isOptimized: false,
    };
    return { kind: 'service', call };
  }
  const optimized = Object.hasOwn(OPTIMIZED, first) ? OPTIMIZED[first] : undefined;
  if (optimized === undefined || !optimized.actions.includes(second)) return undefined;
  const { actions: _actions, ...form } = optimized;
  return { kind: 'service', call: { ...form, action: upperFirst(second), isOptimized: true } };
}

/** Whether the integration calls an operation that no service of the gateway answers. */
export function isUnserved(integration: Integration, isElsewhere: (service: string) => boolean): boolean {
  if (integration.kind !== 'service' || isElsewhere(integration.call.service)) return false;
  const { sdk, action } = integration.call;
  return sdk !== undefined && SDK_CALLS[sdk]?.includes(action) !== true;
}

function upperFirst(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/**
 * In parameters of tasks, names begin with a capital letter; in the model of Step Functions, they begin with a small
 * letter.
 */
function spelled(
  { service }: ServiceCallForm,
  input: JsonObject,
  spell: (name: string) => string,
): JsonObject {
  if (service !== 'states') return input;
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [spell(name), value]));
}

/** Members whose value is text for the service; any other value is sent as JSON [obs: stepfunctions, services]. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  SendMessage: ['MessageBody'],
  Publish: ['Message'],
  StartExecution: ['Input'],
};

export function requestOf(
  call: ServiceCallForm,
  given: Json,
  region: string,
): Pick<ServiceRequest, 'service' | 'region' | 'headers' | 'body'> {
  const { service, action, target, version = '1.0' } = call;
  const texts = TEXTS[action] ?? [];
  const asked = Object.fromEntries(
    Object.entries(membersOf(given)).map(([name, value]): [string, Json] => [
      name,
      texts.includes(name) && typeof value !== 'string' ? JSON.stringify(value) : value,
    ]),
  );
  if (target === undefined) return { service, region, ...formOf(action, asked) };
  // EventBridge's Detail is an object in a task, and text in the call.
  const input = action === 'PutEvents' ? withDetails(asked) : spelled(call, asked, lowerFirst);
  return {
    service,
    region,
    headers: ['Content-Type', `application/x-amz-json-${version}`, 'X-Amz-Target', `${target}.${action}`],
    body: JSON.stringify(input),
  };
}

function withDetails(input: JsonObject): JsonObject {
  const entries = input['Entries'];
  if (!Array.isArray(entries)) return input;
  return {
    ...input,
    Entries: entries.map((entry: Json) => {
      const { Detail: detail, ...others } = membersOf(entry);
      if (detail === undefined) return entry;
      return { ...others, Detail: typeof detail === 'string' ? detail : JSON.stringify(detail) };
    }),
  };
}

/** Prints a call in the query protocol. */
function formOf(action: string, input: JsonObject): Pick<ServiceRequest, 'headers' | 'body'> {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(input))
    if (name === 'MessageAttributes')
      Object.entries(membersOf(value)).forEach(([key, one], index) => {
        const at = `MessageAttributes.entry.${index + 1}`;
        form.set(`${at}.Name`, key);
        for (const [part, text] of Object.entries(membersOf(one)))
          form.set(`${at}.Value.${part}`, typeof text === 'string' ? text : JSON.stringify(text));
      });
    else form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  // Action and Version are set last, because the input of the state, which a client may have sent, must not choose the
  // operation.
  form.set('Action', action);
  form.set('Version', '2010-03-31');
  const headers = ['Content-Type', 'application/x-www-form-urlencoded', 'Accept', 'application/json'];
  return { headers, body: form.toString() };
}

/**
 * Returns the result of a service's response.
 * @throws StateFailure for an error of the service
 */
export function resultOf(call: ServiceCallForm, outcome: HttpOutcome, requestId: string): JsonObject {
  if (outcome.kind === 'timed-out') throw new StateFailure('States.Timeout');
  if (outcome.kind === 'unreachable' && outcome.reason === 'role') throw notAssumed();
  if (outcome.kind !== 'answered')
    throw new StateFailure(
      `${call.errors}.SdkClientException`,
      `Unable to execute HTTP request: ${outcome.message}`,
    );
  const text = outcome.body.toString();
  const body = parseJson(text) as Json | undefined;
  if (outcome.status >= 300) throw failureOf(call, { ...outcome, text, requestId });
  const { ResponseMetadata: _, ...wrapped } = membersOf(Object.values(membersOf(body))[0]);
  const fields =
    call.target === undefined
      ? membersOf(Object.values(wrapped)[0])
      : spelled(call, isJsonObject(body) ? body : {}, upperFirst);
  if (!call.isOptimized) return fields;
  return { ...fields, ...metadataOf(outcome.headers, requestId, outcome.status) };
}

/**
 * Returns the failure of a task whose role Step Functions cannot assume. It has the error that is recorded for another
 * role that cannot be assumed [obs: stepfunctions, assign/test_assign_reference_variables], and the words of the
 * service about the role of a machine.
 */
export function notAssumed(): StateFailure {
  return new StateFailure('States.TaskFailed', NOT_OPEN_TO_STATES);
}

/**
 * Returns the metadata of a call that Step Functions adds to the output of a task [obs: stepfunctions,
 * services/test_lambda_task_service, services/test_dynamodb_task_service].
 */
export function metadataOf(headers: readonly string[], requestId: string, status: number): JsonObject {
  const pairs = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : [],
  );
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(pairs.map(([name, value]) => [name, [value]])),
      HttpHeaders: Object.fromEntries(pairs),
      HttpStatusCode: status,
    },
    SdkResponseMetadata: { RequestId: requestId },
  };
}

/** Errors that services' SDK classes do not model; they get the name of the client's general exception. */
const GENERAL: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'MissingParameter',
  'SerializationException',
  'UnrecognizedClientException',
  'ValidationException',
]);

/** The names of general exceptions, which do not follow from the name of the client. */
const GENERAL_NAMES: Readonly<Record<string, string>> = { AmazonDynamoDBv2: 'AmazonDynamoDBException' };

type Answer = { readonly status: number; readonly text: string; readonly requestId: string };

function failureOf(call: ServiceCallForm, { status, text, requestId }: Answer): StateFailure {
  const { __type: type, message, Message, Error: own } = parseJsonObject(text) ?? {};
  const inner = membersOf(own);
  const code = [type, inner['Code']].find((one) => typeof one === 'string') ?? 'Unknown';
  const said = [message, Message, inner['Message']].find((one) => typeof one === 'string') ?? text;
  const name = code.replace(/^.*#/, '').replace(/^.*\./, '');
  const modelled = name.endsWith('Exception') ? name : `${name}Exception`;
  if (!call.isOptimized) {
    const error = GENERAL.has(name) ? `${call.errors}Exception` : modelled;
    const cause = `${said} (Service: ${call.client}, Status Code: ${status}, Request ID: ${requestId})`;
    return new StateFailure(`${call.errors}.${error}`, cause);
  }
  const error = GENERAL.has(name) ? (GENERAL_NAMES[call.client] ?? `${call.client}Exception`) : modelled;
  return new StateFailure(
    `${call.errors}.${error}`,
    `${said} (Service: ${call.client}; Status Code: ${status}; Error Code: ${name}; Request ID: ${requestId}; Proxy: null)`,
  );
}
