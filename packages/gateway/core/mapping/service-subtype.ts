/** Integrations of HTTP APIs that call one operation of an AWS service (docs/aws §8). */
import { asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { gatewayError } from '../errors.ts';
import type { Defect } from '../defect.ts';
import { type ChangeFacts, type ChangeValue, printChangeValue, readChangeValue } from './parameter-change.ts';
import { joinQuery, printQueryPair } from './target-uri.ts';
import type { ServiceRequest } from '../ports.ts';

type Kind = 'text' | 'integer' | 'json' | 'list' | 'time';

type Call = Pick<ServiceRequest, 'method' | 'path' | 'query' | 'headers' | 'body'> & {
  readonly region?: string | undefined;
  readonly hostName?: string;
};

type ServiceSubtype = {
  readonly service: string;
  readonly required: Readonly<Record<string, Kind>>;
  readonly optional: Readonly<Record<string, Kind>>;
  readonly call: (values: UnknownMembers) => Call;
};

export type SubtypeCall = {
  readonly subtype: ServiceSubtype;
  readonly parameters: readonly (readonly [name: string, value: ChangeValue])[];
  readonly timeoutMs: number;
  readonly roleArn: string | undefined;
};

const EVENT = { Detail: 'text', DetailType: 'text', Source: 'text' } as const;
const EXECUTION = { Name: 'text', Input: 'text' } as const;

/**
 * The parameter for the region of the service. Every subtype accepts it, but it is needed only if the region differs
 * from the API's region.
 */
export const REGION_PARAMETER = 'Region';

export const SERVICE_SUBTYPES: Readonly<Record<string, ServiceSubtype>> = {
  'EventBridge-PutEvents': {
    service: 'events',
    required: EVENT,
    optional: { Time: 'time', EventBusName: 'text', Resources: 'list', TraceHeader: 'text' },
    call: (values) => jsonCall('AWSEvents.PutEvents', '1.1', { Entries: [values] }),
  },
  'SQS-SendMessage': {
    service: 'sqs',
    required: { QueueUrl: 'text', MessageBody: 'text' },
    optional: {
      DelaySeconds: 'integer',
      MessageAttributes: 'json',
      MessageDeduplicationId: 'text',
      MessageGroupId: 'text',
      MessageSystemAttributes: 'json',
    },
    call: (values) => queueCall('SendMessage', values),
  },
  'SQS-ReceiveMessage': {
    service: 'sqs',
    required: { QueueUrl: 'text' },
    optional: {
      AttributeNames: 'list',
      MaxNumberOfMessages: 'integer',
      MessageAttributeNames: 'list',
      ReceiveRequestAttemptId: 'text',
      VisibilityTimeout: 'integer',
      WaitTimeSeconds: 'integer',
    },
    call: (values) => queueCall('ReceiveMessage', values),
  },
  'SQS-DeleteMessage': {
    service: 'sqs',
    required: { ReceiptHandle: 'text', QueueUrl: 'text' },
    optional: {},
    call: (values) => queueCall('DeleteMessage', values),
  },
  'SQS-PurgeQueue': {
    service: 'sqs',
    required: { QueueUrl: 'text' },
    optional: {},
    call: (values) => queueCall('PurgeQueue', values),
  },
  'AppConfig-GetConfiguration': {
    service: 'appconfig',
    required: { Application: 'text', Environment: 'text', Configuration: 'text', ClientId: 'text' },
    optional: { ClientConfigurationVersion: 'text' },
    call: configurationCall,
  },
  'Kinesis-PutRecord': {
    service: 'kinesis',
    required: { StreamName: 'text', Data: 'text', PartitionKey: 'text' },
    optional: { SequenceNumberForOrdering: 'text', ExplicitHashKey: 'text' },
    call: (values) => jsonCall('Kinesis_20131202.PutRecord', '1.1', values),
  },
  'StepFunctions-StartExecution': {
    service: 'states',
    required: { StateMachineArn: 'text' },
    optional: EXECUTION,
    call: (values) => jsonCall('AWSStepFunctions.StartExecution', '1.0', lowerFirst(values)),
  },
  'StepFunctions-StartSyncExecution': {
    service: 'states',
    required: { StateMachineArn: 'text' },
    optional: { ...EXECUTION, TraceHeader: 'text' },
    call: (values) => ({
      ...jsonCall('AWSStepFunctions.StartSyncExecution', '1.0', lowerFirst(values)),
      hostName: 'sync-states',
    }),
  },
  'StepFunctions-StopExecution': {
    service: 'states',
    required: { ExecutionArn: 'text' },
    optional: { Cause: 'text', Error: 'text' },
    call: (values) => jsonCall('AWSStepFunctions.StopExecution', '1.0', lowerFirst(values)),
  },
};

/**
 * Builds the request to the service.
 * @throws GatewayError BAD_REQUEST_PARAMETERS if a value that the service requires is missing, or a value is invalid
 */
export function buildServiceRequest(
  { subtype, parameters, timeoutMs, roleArn }: SubtypeCall,
  request: ChangeFacts['request'],
): ServiceRequest {
  const facts = { request, headers: request.headers, body: request.body };
  const values: Record<string, unknown> = {};
  const kinds: Readonly<Record<string, Kind>> = { ...subtype.required, ...subtype.optional };
  let region: string | undefined;
  for (const [name, value] of parameters) {
    const text = readChangeValue(value, facts);
    if (name === REGION_PARAMETER) region = text;
    else if (text !== '') values[name] = readValue(name, kinds[name] ?? 'text', text);
  }
  const missing = Object.keys(subtype.required).find((name) => values[name] === undefined);
  if (missing !== undefined) {
    const [, mapped] = parameters.find(([name]) => name === missing) ?? [];
    const source = mapped === undefined ? undefined : printChangeValue(mapped);
    throw badRequest(
      `the request has no value for ${missing}${source === undefined ? '' : `, which is mapped from ${source}`}`,
      { kind: 'mapping', problem: 'no-value', name: missing, source },
    );
  }
  const { region: ofCall, ...call } = subtype.call(values);
  return {
    service: subtype.service,
    subdomain: undefined,
    region: region === undefined || region === '' ? (ofCall ?? request.api.region) : region,
    timeoutMs,
    roleArn,
    ...call,
  };
}

function readValue(name: string, kind: Kind, text: string): unknown {
  switch (kind) {
    case 'text':
      return text;
    case 'integer':
      if (/^-?\d{1,9}$/.test(text)) return Number(text);
      throw badRequest(`${name} is not a whole number`);
    case 'json':
      return parseJson(name, text);
    case 'list': {
      const list = text.startsWith('[') ? parseJson(name, text) : text.split(',');
      if (Array.isArray(list))
        return list.map((item) => (typeof item === 'string' ? item.trim() : String(item)));
      throw badRequest(`${name} is not a list`);
    }
    case 'time': {
      const epochMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
      if (Number.isFinite(epochMs)) return epochMs / 1000;
      throw badRequest(`${name} is not a valid time`);
    }
  }
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest(`${name} is not valid JSON`);
  }
}

function badRequest(reason: string, defect?: Defect): Error {
  return gatewayError('BAD_REQUEST_PARAMETERS', {
    source: 'client',
    reason,
    ...(defect !== undefined && { defect }),
  });
}

function jsonCall(target: string, version: string, input: UnknownMembers): Call {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: ['Content-Type', `application/x-amz-json-${version}`, 'X-Amz-Target', target],
    body: JSON.stringify(input),
  };
}

/** Builds a call to SQS. The call uses the query protocol, so SQS responds with XML. */
function queueCall(action: string, { QueueUrl: queue, ...values }: UnknownMembers): Call {
  if (typeof queue !== 'string' || !URL.canParse(queue)) throw badRequest('QueueUrl is not a URL');
  const { hostname, pathname } = new URL(queue);
  const form = ['Action', 'Version'].map((name, index) =>
    printQueryPair(name, index === 0 ? action : '2012-11-05'),
  );
  for (const [name, value] of Object.entries(values)) form.push(...printMember(name, value));
  return {
    method: 'POST',
    path: pathname,
    query: '',
    headers: ['Content-Type', 'application/x-www-form-urlencoded'],
    body: joinQuery(form),
    region: /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(hostname)?.[1],
  };
}

/**
 * Formats lists and maps for the query protocol, such as `AttributeName.1=All` or
 * `MessageAttribute.1.Value.DataType=String`.
 */
function printMember(name: string, value: unknown): string[] {
  const singular = name.replace(/s$/, '');
  if (Array.isArray(value))
    return value.map((item, index) => printQueryPair(`${singular}.${index + 1}`, String(item)));
  if (!isJsonObject(value)) return [printQueryPair(name, String(value))];
  return Object.entries(value).flatMap(([key, fields], index) => {
    const prefix = `${singular}.${index + 1}`;
    const members = Object.entries(membersOf(fields as unknown));
    return [
      printQueryPair(`${prefix}.Name`, key),
      ...members.map(([member, text]) => printQueryPair(`${prefix}.Value.${member}`, String(text))),
    ];
  });
}

function configurationCall(values: UnknownMembers): Call {
  const part = (name: string): string => encodeURIComponent((asText(values[name]) ?? '').toWellFormed());
  const version = asText(values['ClientConfigurationVersion']) ?? '';
  return {
    method: 'GET',
    path: `/applications/${part('Application')}/environments/${part('Environment')}/configurations/${part('Configuration')}`,
    query: joinQuery([
      printQueryPair('client_id', asText(values['ClientId']) ?? ''),
      version === '' ? '' : printQueryPair('client_configuration_version', version),
    ]),
    headers: [],
    body: undefined,
  };
}

/** Converts `StateMachineArn` to `stateMachineArn`, the spelling that Step Functions uses for its parameters. */
function lowerFirst(values: UnknownMembers): UnknownMembers {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}
