/** Explains that an AWS signature is missing or refused, and what to change for each fault. */
import { advisePreflight } from './preflight-advice.ts';
import { list, listed, sentence, toDeploy } from './reason.ts';
import type { SignatureFault } from '@gatewright/aws/signature-claim';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

export function explainSignature(about: Circumstances): Reason {
  const { defect, failure, isDeployed } = about;
  const because = [
    sentence(failure ?? 'The signature was refused'),
    ...describeRequirement(about),
    ...describeZone(failure),
    ...describeScope(defect),
    ...describeSigner(defect),
    ...describeTokens(defect),
    ...describeEncoded(about),
  ];
  if (about.isPreflight === true) return { because, changes: advisePreflight(about) };
  if (defect?.kind !== 'signature' || defect.faults.length === 0)
    return {
      because,
      changes: [
        `${adviseSigning(isDeployed, defect)}${about.kind === 'handshake' ? PRESIGNED : ''}`,
        ...(isFunctionUrl(defect)
          ? [
              'Or, if anyone may call the function, set AuthType: NONE on the URL, with permissions for Principal "*" to both lambda:InvokeFunctionUrl (FunctionUrlAuthType: NONE) and lambda:InvokeFunction (InvokedViaFunctionUrl: true).',
            ]
          : []),
      ],
    };
  const { faults, region, service } = defect;
  const isOfZone = hoursOff(failure) !== undefined;
  return {
    because,
    changes: [
      ...(encodedIn(about).length === 0
        ? []
        : [
            'Sign the path in the form of the canonical string above, with each segment encoded (an AWS SDK does so). The URL of the request itself may stay as it is.',
          ]),
      ...(isOfZone ? [IN_UTC] : []),
      ...faults
        .filter((fault) => !isOfZone || fault !== 'time')
        .map((fault) => adviseFault(fault, { region, service, isDeployed })),
      ...scopeAdvice(defect),
      ...(faults.includes('form') && about.routeKey !== undefined
        ? [
            `Or, if clients have tokens and no access keys, give ${about.routeKey} an authorizer that reads tokens (JWT, Cognito or Lambda) in place of AWS_IAM.${toDeploy(about.protocol)}`,
          ]
        : []),
    ],
  };
}

/**
 * The constructor WebSocket of browsers takes a URL and subprotocols (WHATWG WebSockets, "The WebSocket interface").
 */
const PRESIGNED =
  ' A browser cannot set the headers of a handshake: presign the URL of the handshake, so that its query contains the signature (X-Amz-Signature).';

/** Names the setting that asks for a signature, if the request has none. */
function describeRequirement({ defect, routeKey, kind }: Circumstances): string[] {
  // A header that does not have the form of a signature, such as a bearer token, was meant for another kind
  // of authorizer.
  const isUnsigned =
    defect?.kind !== 'signature' || defect.faults.length === 0 || defect.faults.includes('form');
  const route = routeKey ?? (kind === 'handshake' ? '$connect' : undefined);
  return isUnsigned && route !== undefined && kind !== 'post'
    ? [
        isFunctionUrl(defect)
          ? 'AuthType of the function URL is AWS_IAM, so its requests must be signed.'
          : `AuthorizationType of ${route} is AWS_IAM, so its requests must be signed.`,
      ]
    : [];
}

/** Requests to function URLs are signed for the service lambda, and requests to APIs for execute-api. */
function isFunctionUrl(defect: Circumstances['defect']): boolean {
  return defect?.kind === 'signature' && defect.service === 'lambda';
}

const TIMES = /^Signature (?:expired|not yet current): (\S+) is .* \((\S+) [-+] 5 min/;
const MINUTES_OF_ZONE = 30;
const MOST_HOURS = 14;

/** Returns by how many hours the time of the signature differs, if it is the time of another time zone. */
function hoursOff(failure: string | undefined): number | undefined {
  const [, signed, now] = TIMES.exec(failure ?? '') ?? [];
  if (signed === undefined || now === undefined) return undefined;
  const minutes = (timeOf(signed) - timeOf(now)) / 60_000;
  const rounded = Math.round(minutes / MINUTES_OF_ZONE) * MINUTES_OF_ZONE;
  const isZone = Math.abs(minutes - rounded) < 1 && rounded !== 0 && Math.abs(rounded) <= MOST_HOURS * 60;
  return isZone ? rounded / 60 : undefined;
}

/** Reads a time such as 20261129T173000Z. */
function timeOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html, X-Amz-Date */
function describeZone(failure: string | undefined): string[] {
  const hours = hoursOff(failure);
  return hours === undefined
    ? []
    : [
        `The time of the signature is ${Math.abs(hours)} ${Math.abs(hours) === 1 ? 'hour' : 'hours'} ${hours < 0 ? 'behind' : 'ahead of'} the time of the gateway, to the minute: the client probably wrote its local time, and X-Amz-Date must be in UTC.`,
      ];
}

const IN_UTC =
  "Write X-Amz-Date, and the date in the credential scope, in UTC: new Date().toISOString().replace(/[-:]|\\.\\d+/g, '') in JavaScript, datetime.now(timezone.utc).strftime('%Y%m%dT%H%M%SZ') in Python.";

/** Says for which service or region the client signed. AWS’s message names only the expected ones. */
function describeScope(defect: Circumstances['defect']): string[] {
  if (defect?.kind !== 'signature' || defect.scope === undefined) return [];
  const { faults, scope, service, region } = defect;
  const wrong = [
    ...(faults.includes('service') && scope.service !== service ? [`the service ${scope.service}`] : []),
    ...(faults.includes('region') && scope.region !== region ? [`the region ${scope.region}`] : []),
  ];
  return wrong.length === 0 ? [] : [`The client signed for ${listed(wrong, 'and')}.`];
}

/** An old signature is refused before its scope is read, so the scope may have to change as well. */
function scopeAdvice(defect: Extract<Circumstances['defect'], { kind: 'signature' }>): string[] {
  const { faults, scope, service, region } = defect;
  const wrong = [
    ...(scope === undefined || scope.service === service
      ? []
      : [`the service ${service} instead of ${scope.service}`]),
    ...(scope === undefined || scope.region === region
      ? []
      : [`the region ${region} instead of ${scope.region}`]),
  ];
  const isTold = faults.includes('service') || faults.includes('region');
  return isTold || wrong.length === 0 ? [] : [`Also sign for ${listed(wrong, 'and')}.`];
}

/** Says whose access key was used, because a client may have several profiles. */
function describeSigner(defect: Circumstances['defect']): string[] {
  if (defect?.kind !== 'signature' || defect.accessKeyId === undefined) return [];
  const { accessKeyId, signer } = defect;
  return [`The request has the access key ${signer === undefined ? accessKeyId : `of ${signer}`}.`];
}

/** AWS has the same message for an unknown access key and for three faults of the session token. */
const TOKEN_FAULTS: Readonly<Partial<Record<SignatureFault, string>>> = {
  'token-missing':
    'This access key belongs to temporary credentials, which are valid only with their session token, and the request has no X-Amz-Security-Token.',
  'token-other': 'The X-Amz-Security-Token of the request belongs to another access key.',
  'token-unexpected':
    'This access key is permanent and has no session token, but the request has an X-Amz-Security-Token.',
};

function describeTokens(defect: Circumstances['defect']): string[] {
  return defect?.kind === 'signature' ? defect.faults.flatMap((fault) => TOKEN_FAULTS[fault] ?? []) : [];
}

/**
 * Returns the encoded characters in the path of the canonical string, such as %3A for `:`; empty unless the signature
 * differs.
 */
function encodedIn({ defect, failure = '' }: Circumstances): readonly string[] {
  if (defect?.kind !== 'signature' || !defect.faults.includes('mismatch')) return [];
  const [, path = ''] = /should have been\n'[A-Z]+\n([^\n]*)\n/.exec(failure) ?? [];
  return [...new Set(path.match(/%[0-9A-F]{2}/g))].filter((one) => one !== '%25');
}

/** docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, "Create a canonical request" */
function describeEncoded(about: Circumstances): string[] {
  const found = encodedIn(about);
  return found.length === 0
    ? []
    : [
        `The canonical path has ${list(found.map((one) => `${one} for “${decodeByte(one)}”`))}: every segment of the path is encoded before it is signed. A signer that signs the path as the client wrote it computes a different signature.`,
      ];
}

function decodeByte(one: string): string {
  const code = Number.parseInt(one.slice(1), 16);
  return code < 0x80 ? String.fromCodePoint(code) : one;
}

function adviseSigning(isDeployed: boolean, defect: Circumstances['defect']): string {
  const expected =
    defect?.kind === 'signature'
      ? `service ${defect.service}, region ${defect.region}`
      : 'service execute-api';
  return `Sign the request (Signature Version 4, ${expected})${isDeployed ? '' : ' with a key that may call the route: one from gatewright.identities.yml, or the local admin key (`gatewright env`)'}.`;
}

type Expected = { readonly region: string; readonly service: string; readonly isDeployed: boolean };

function adviseFault(fault: SignatureFault, { region, service, isDeployed }: Expected): string {
  switch (fault) {
    case 'form':
      return `Let an AWS SDK write the signature, or remove Authorization and sign the request again: the header must be AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=….${isDeployed ? '' : ' `gatewright env` prints a local key.'}`;
    case 'time':
      return `Sign each request just before it is sent: a signature is accepted for 5 minutes, so a request that is sent again later needs a new one. If the request was just signed, correct the clock of the client${isDeployed ? '' : '; `gatewright clock` shows the time that the gateway uses'}.`;
    case 'host':
      return 'Sign the header Host.';
    case 'region':
      return `Sign for the region of the API: ${region}.`;
    case 'service':
      return `Sign for the service ${service}.`;
    case 'terminator':
      return 'End the credential scope with aws4_request.';
    case 'date':
      return 'Use the date of X-Amz-Date in the credential scope.';
    case 'access-key':
      return isDeployed
        ? 'Use an access key that exists. Send X-Amz-Security-Token only if the credentials are temporary.'
        : 'Use an access key that the gateway knows: an active AWS::IAM::AccessKey of a user of the stack, or a key from gatewright.identities.yml or `gatewright env`.';
    case 'token-missing':
      return 'Give the signer the session token of the credentials as well (sessionToken of an SDK, or AWS_SESSION_TOKEN): it sends the token as X-Amz-Security-Token.';
    case 'token-other':
      return 'Sign with the access key, the secret and the session token of one response of AssumeRole. Do not combine parts of two responses.';
    case 'token-unexpected':
      return 'Remove X-Amz-Security-Token from the request, and the session token from the signer: a permanent access key has none.';
    case 'session':
      return `Get new temporary credentials (AssumeRole), and sign the request with them.${isDeployed ? '' : ' If the identity is in gatewright.identities.yml, set its sessionExpires there to a later time instead.'}`;
    case 'mismatch':
      return `Compare the canonical string above with the one that the client signed: host, path, query, headers and body must arrive as they were signed. The body, too, must be exactly the text that was signed: serialize it once, and sign and send this text. If both canonical strings are equal, check the secret access key${isDeployed ? '' : ' (`gatewright env` prints the local one)'}.`;
  }
}
