/**
 * A call to an AWS API on the control port. It has a caller and requires permissions. If the call is refused, the error
 * has the form that the service uses.
 */
import {
  decideFor,
  describeDenial,
  type Identities,
  type LocalIdentity,
} from '../../core/policy/identities.ts';
import type { ConditionValues } from '../../core/policy/model.ts';
import { verifyByAnyClock } from '@gatewright/aws/signing-clock';
import type { SigningClock } from '@gatewright/aws/signing-clock';
import type { SignatureResult, VerificationContext } from '@gatewright/aws/signature';
import { findS3Signature, verifyS3, withoutQuerySignature } from './s3-authentication.ts';
import { isUpload, openUpload } from './s3-upload.ts';
import type { Random } from '../../core/ports.ts';
import { isCborCall, readOperation } from '@gatewright/aws/aws-operation';
import { escapeXml } from './aws-operation.ts';
import { describeUnserved } from './unserved-call.ts';
import { errorMembers } from './error-shapes.ts';
import { encodeCbor } from '@gatewright/aws/cbor';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest } from '../../core/api-call.ts';

export type AwsCall = {
  readonly request: ControlRequest;
  readonly caller: LocalIdentity;
  /** The signing name in the credential scope: `dynamodb`, `lambda`, `sns` … */
  readonly service: string;
  readonly region: string;
};

/** Handles the calls to one service. It must call `refuseUnlessAllowed` before it does anything else. */
export type AwsService = (call: AwsCall) => Promise<ControlReply>;

export type AwsPermission = {
  /** For example `lambda:InvokeFunction`. */
  readonly action: string;
  readonly resource: string;
  /** The values that policy conditions are compared with; absent means that there are none. */
  readonly conditions?: ConditionValues;
  /** The action as the service spells it in a refusal, if the spelling differs from `action`. */
  readonly shownAction?: string;
};

type Authentication =
  | {
      readonly kind: 'call';
      readonly call: AwsCall;
      /**
       * Converts the reply to the call into the reply to the original request. Present if the call was derived from a
       * request of another kind, such as a form upload.
       */
      readonly toReply?: (reply: ControlReply) => ControlReply;
    }
  | { readonly kind: 'refused'; readonly reply: ControlReply };

type Refusal = {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Further members of the error. They are included if the error is sent as JSON. */
  readonly members?: object | undefined;
};

/** Operations of STS that need no signature on AWS, because a token or an assertion proves who the caller is. */
const UNSIGNED_OF_STS: readonly string[] = ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'];

function refuseUnsignedOperation(request: ControlRequest): ControlReply | undefined {
  const { query, body, rawHeaders: headers } = request;
  const operation = readOperation({ headers, query, body });
  const action = operation.protocol === 'query' ? operation.action : '';
  if (!UNSIGNED_OF_STS.includes(action)) return undefined;
  const message = describeUnserved('sts', action);
  return awsError(request, 'sts', { status: 501, type: 'NotImplementedException', message });
}

type Authenticator = {
  readonly identities: Identities;
  readonly clock: SigningClock;
  readonly random: Random;
  /** Returns the region for a call whose signature names no region, such as an S3 signature of version 2. */
  readonly region: () => string;
};

/** Finds the caller of a call, or of a form upload, which is then handled as a call. */
export async function authenticate(request: ControlRequest, at: Authenticator): Promise<Authentication> {
  if (!isUpload(request)) return authenticateCall(request, at);
  const opened = await openUpload(request, contextOf(at), at.clock, at.random.hex(16).toUpperCase());
  if (opened.kind === 'refused') return opened;
  const { accessKeyId, region, toReply } = opened;
  const signer = { kind: 'verified', accessKeyId, region: region || at.region(), service: 's3' } as const;
  return { ...toCall(opened.request, signer, at), toReply };
}

function contextOf({ identities, clock }: Authenticator): Omit<VerificationContext, 'nowEpochMs'> {
  return {
    service: undefined,
    secretOf: (accessKeyId) => identities.secretOf(accessKeyId),
    sessionOf: (accessKeyId) => identities.sessionOf(accessKeyId, clock.nowEpochMs()),
  };
}

export function authenticateCall(request: ControlRequest, at: Authenticator): Authentication {
  const context = contextOf(at);
  const ofS3 = findS3Signature(request);
  if (ofS3 !== undefined) {
    const verified = verifyS3(request, ofS3, context, at.clock, at.random.hex(16).toUpperCase());
    if (verified.kind === 'refused') return verified;
    const plain = ofS3 === 'header' ? request : withoutQuerySignature(request);
    return toCall(plain, { ...verified, region: verified.region || at.region() }, at);
  }
  const signature = verifyByAnyClock(request, context, at.clock);
  if (signature.kind === 'unsigned') {
    const unserved = refuseUnsignedOperation(request);
    if (unserved !== undefined) return { kind: 'refused', reply: unserved };
    const refusal = {
      status: 403,
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    };
    return { kind: 'refused', reply: awsError(request, guessService(request), refusal) };
  }
  if (signature.kind === 'refused') {
    const { status, errorType, message } = signature;
    return {
      kind: 'refused',
      reply: awsError(request, guessService(request), { status, type: errorType, message }),
    };
  }
  return toCall(request, signature, at);
}

function toCall(
  request: ControlRequest,
  { accessKeyId, service, region }: Extract<SignatureResult, { kind: 'verified' }>,
  { identities }: Authenticator,
): Extract<Authentication, { kind: 'call' }> {
  const caller = identities.find(accessKeyId);
  if (caller === undefined) throw new Error('a verified key belongs to an unknown identity');
  return { kind: 'call', call: { request, caller, service, region } };
}

/**
 * Checks the permissions for a call.
 * @returns AWS's error for the first permission that the caller's policies do not grant
 */
export function refuseUnlessAllowed(
  call: AwsCall,
  permissions: readonly AwsPermission[],
): ControlReply | undefined {
  const message = findDenial(call.caller, permissions);
  if (message === undefined) return undefined;
  return awsError(call.request, call.service, { ...denialOf(call.service), message });
}

export function denialOf(service: string): typeof DENIAL {
  return { ...DENIAL, ...DENIALS[service] };
}

export function findDenial(caller: LocalIdentity, permissions: readonly AwsPermission[]): string | undefined {
  for (const { action, resource, conditions = NOTHING_KNOWN, shownAction = action } of permissions) {
    const decision = decideFor(caller, { action, resource, conditions });
    if (decision !== 'allow') return describeDenial(caller, { action: shownAction, resource }, decision);
  }
  return undefined;
}

const NOTHING_KNOWN: ConditionValues = new Map<string, readonly string[]>();
const DENIAL = { status: 403, type: 'AccessDeniedException' };
/**
 * The status or the error code of a denial for services in which it differs from the common errors (their API
 * references, "Common Errors").
 */
const DENIALS: Readonly<Record<string, Partial<typeof DENIAL>>> = {
  cloudformation: { type: 'AccessDenied' },
  cloudfront: { type: 'AccessDenied' },
  events: { status: 400 },
  kinesis: { status: 400 },
  logs: { status: 400 },
  s3: { type: 'AccessDenied' },
  sns: { type: 'AuthorizationError' },
  sqs: { type: 'AccessDenied' },
  states: { status: 400 },
};

/**
 * The error codes of services with the query protocol, such as STS, whose codes differ from the common codes (their API
 * references, "Common Errors").
 */
const CODES_IN_XML: Readonly<Record<string, string>> = {
  ExpiredTokenException: 'ExpiredToken',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Returns an error in the service's form. DynamoDB responds with 400 instead of 403, and with `__type`. Calls in CBOR
 * get CBOR. Services with the query protocol, S3 and CloudFront respond with XML. Other services respond with JSON and
 * `x-amzn-ErrorType`.
 */
export function awsError(request: ControlRequest, service: string, refusal: Refusal): ControlReply {
  const { status, type, message, members } = refusal;
  if (service === 'dynamodb') {
    const body = { __type: `com.amazon.coral.service#${type}`, message };
    return {
      status: status === 403 ? 400 : status,
      headers: ['Content-Type', 'application/x-amz-json-1.0'],
      body: JSON.stringify(body),
    };
  }
  if (isCborCall(request.rawHeaders))
    return {
      status,
      headers: ['Content-Type', 'application/cbor', 'smithy-protocol', 'rpc-v2-cbor'],
      body: encodeCbor({ __type: type, ...errorMembers(service, { code: type, message, members }) }),
    };
  const contentType = headerOf(request, 'content-type') ?? '';
  const inner = `<Code>${escapeXml(type)}</Code><Message>${escapeXml(message)}</Message>`;
  if (service === 's3') {
    return { status, headers: ['Content-Type', 'application/xml'], body: `<Error>${inner}</Error>` };
  }
  // `curl -d` sends the content type of a form, whatever protocol the caller means. A form at `/` without
  // `x-amz-target` is taken for a call in the query protocol whose `Action` is missing.
  const { protocol } = readOperation({ ...request, headers: request.rawHeaders });
  const isForm = protocol === 'rest' && request.path === '/' && contentType.startsWith(FORM_TYPE);
  if (service === 'cloudfront' || protocol === 'query' || isForm) {
    const inner = `<Code>${escapeXml(CODES_IN_XML[type] ?? type)}</Code><Message>${escapeXml(message)}</Message>`;
    const body = `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>local</RequestId></ErrorResponse>`;
    return { status, headers: ['Content-Type', 'text/xml'], body };
  }
  return {
    status,
    headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', type],
    body: JSON.stringify({ __type: type, ...errorMembers(service, { code: type, message, members }) }),
  };
}

function guessService(request: ControlRequest): string {
  return headerOf(request, 'x-amz-target')?.startsWith('DynamoDB') === true ? 'dynamodb' : 'unknown';
}
