/**
 * Notes calls of functions that a service refused, because the code of a function may catch the error. Refusals by
 * policies are noted where the policies are evaluated.
 */
import { parseArn } from '@gatewright/aws/arn';
import { readOperation } from '@gatewright/aws/aws-operation';
import { asText } from '@gatewright/aws/json-object';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import type { ControlReply } from '../../core/api-call.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { EventStep } from '../event-step.ts';
import type { EventJournal } from '../event-journal.ts';
import type { AwsCall } from './aws-call.ts';
import { readServiceError } from './read-service-error.ts';

type Rejected = Omit<Extract<EventStep, { kind: 'rejected' }>, 'kind'>;

/** The members of inputs that name what a call is about. */
const TARGETS = [
  'TableName',
  'QueueUrl',
  'TopicArn',
  'TargetArn',
  'stateMachineArn',
  'SecretId',
  'StreamName',
  'Name',
];

/** Returns the function that signs its calls as this identity; undefined for all other callers. */
export function functionOf(caller: LocalIdentity | undefined): string | undefined {
  const [arn = ''] = caller?.role?.facts.get('lambda:sourcefunctionarn') ?? [];
  return parseArn(arn)?.service === 'lambda' ? caller?.name : undefined;
}

/** The call must be the one that the journal takes for running. */
export function noteRejected(
  { request, caller, service }: AwsCall,
  { status, body }: ControlReply,
  journal: EventJournal,
): void {
  const functionName = status < 400 ? undefined : functionOf(caller);
  const { cause } = journal;
  if (functionName === undefined || cause === undefined) return;
  const { code, message = '' } = readServiceError(body.toString());
  if (code === undefined) return;
  const rejected: Rejected = { functionName, service, ...readCall(request), code, message };
  journal.note({ kind: 'rejected', ...rejected }, cause);
}

function readCall(request: AwsCall['request']): Pick<Rejected, 'operation' | 'target'> {
  const called = readOperation({ ...request, headers: request.rawHeaders });
  if (called.protocol === 'query')
    return { operation: called.action, target: targetOf((name) => called.parameters.get(name)) };
  if (called.protocol === 'json')
    return { operation: called.action, target: targetOf((name) => called.input?.[name]) };
  // SDKs for JavaScript name the operation in the query.
  const operation = new URLSearchParams(request.query).get('x-id') ?? request.method;
  return { operation, target: decodeOrKeep(request.path) };
}

function targetOf(read: (name: string) => unknown): string | undefined {
  return TARGETS.map((name) => asText(read(name) ?? undefined)).find((text) => text !== undefined);
}
