/**
 * Notes calls by functions that a service refused, because the code of a function may hide the error. Refusals by
 * policies are noted where the policies are evaluated.
 */
import { parseArn } from '@gatewright/aws/arn';
import { readOperation } from '@gatewright/aws/aws-operation';
import { asText } from '@gatewright/aws/json-object';
import { decodeOrKeep } from '@gatewright/aws/decode-or-keep';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { ControlReply } from '../../core/api-call.ts';
import type { LocalIdentity } from '../../core/policy/identities.ts';
import type { EventStep } from '../event-step.ts';
import type { EventJournal } from '../event-journal.ts';
import type { AwsCall } from './aws-call.ts';
import { readServiceError } from './read-service-error.ts';
import { mayBeSentAgain, SDK_REQUEST } from './sdk-retries.ts';
import { nameRestCall } from './unserved-call.ts';

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

/** The operations of REST protocols that functions call most, by method and path, for SDKs that do not send `x-id`. */
const REST_OPERATIONS: readonly (readonly [service: string, method: string, path: RegExp, name: string])[] = [
  ['lambda', 'POST', /^\/2015-03-31\/functions\/[^/]+\/invocations$/, 'Invoke'],
  ['s3', 'GET', /^\/[^/]+\/./, 'GetObject'],
  ['s3', 'HEAD', /^\/[^/]+\/./, 'HeadObject'],
  ['s3', 'PUT', /^\/[^/]+\/./, 'PutObject'],
  ['s3', 'DELETE', /^\/[^/]+\/./, 'DeleteObject'],
];

/** The form of the name of an operation. The caller chooses `Action` and `x-id`, which may be any text. */
const NAME = /^\w{1,64}$/;

/** Returns the function that signs its calls as this identity; undefined for all other callers. */
export function functionOf(caller: LocalIdentity | undefined): string | undefined {
  const [arn = ''] = caller?.role?.facts.get('lambda:sourcefunctionarn') ?? [];
  return parseArn(arn)?.service === 'lambda' ? caller?.name : undefined;
}

/** The call must be the one that the journal takes for running. */
export function noteRejected(
  { request, caller, service }: AwsCall,
  reply: ControlReply,
  journal: EventJournal,
): void {
  const { status } = reply;
  const functionName = status < 400 ? undefined : functionOf(caller);
  const { cause } = journal;
  if (functionName === undefined || cause === undefined) return;
  const { code, message = '' } = readServiceError(reply);
  if (code === undefined || mayBeSentAgain({ status, code }, headerOf(request, SDK_REQUEST))) return;
  const rejected: Rejected = { functionName, service, ...readCall(request, service), code, message };
  journal.note({ kind: 'rejected', ...rejected }, cause);
}

function readCall(request: AwsCall['request'], service: string): Pick<Rejected, 'operation' | 'target'> {
  const called = readOperation({ ...request, headers: request.rawHeaders });
  if (called.protocol === 'query')
    return {
      operation: nameOr(called.action, request),
      target: targetOf((name) => called.parameters.get(name)),
    };
  if (called.protocol === 'json')
    return { operation: nameOr(called.action, request), target: targetOf((name) => called.input?.[name]) };
  // SDKs for JavaScript name the operation in the query.
  const stated = new URLSearchParams(request.query).get('x-id') ?? '';
  const name = NAME.test(stated) ? stated : nameByAddress(request, service);
  // Without a name, the method and the path stand for the operation.
  return name === undefined
    ? { operation: nameRestCall(request) }
    : { operation: name, target: decodeOrKeep(request.path) };
}

function nameOr(action: string, request: AwsCall['request']): string {
  return NAME.test(action) ? action : nameRestCall(request);
}

/** Query parameters and the source of a copy select other operations of S3. */
function nameByAddress(request: AwsCall['request'], service: string): string | undefined {
  if (request.query !== '' || headerOf(request, 'x-amz-copy-source') !== undefined) return undefined;
  const found = REST_OPERATIONS.find(
    ([of, method, path]) => of === service && method === request.method && path.test(request.path),
  );
  return found?.[3];
}

function targetOf(read: (name: string) => unknown): string | undefined {
  return TARGETS.map((name) => asText(read(name) ?? undefined)).find((text) => text !== undefined);
}
