/**
 * Parses a line of an access log by its format. CLF, CSV, JSON and XML formats are all strings that contain variables.
 */
import { ACCESS_DECISION, QUOTA_REFUSAL, RETRY_AFTER } from '@gatewright/aws/access-decision';

/** The fields by name, such as `status` → `403`. Fields that have no value (`-`) are omitted. */
export type LogFields = ReadonlyMap<string, string>;

const VARIABLE = /\$context\.(authorizer\.[\w:.-]*\w|\w+(?:\.\w+)*)/;

/** The fields that say whether the canary of a stage answered, and with which deployment. */
const FIELDS_OF_CANARY: readonly string[] = ['isCanaryRequest', 'deploymentId'];

/** The fields that an explanation needs. If a field is missing, a part of the explanation is missing. */
const RECOMMENDED_FIELDS: Readonly<Record<'rest' | 'http' | 'websocket', readonly string[]>> = {
  rest: [
    'requestId',
    'requestTimeEpoch',
    'identity.sourceIp',
    'httpMethod',
    'path',
    'resourcePath',
    'status',
    'responseLatency',
    'error.responseType',
    'error.message',
    'error.validationErrorString',
    'authorizer.status',
    'authorizer.latency',
    'authorizer.error',
    'authorizer.principalId',
    `authorizer.${ACCESS_DECISION}`,
    `authorizer.${QUOTA_REFUSAL}`,
    `authorizer.${RETRY_AFTER}`,
    'authorize.error',
    'authenticate.error',
    'identity.apiKeyId',
    'integration.status',
    'integration.error',
    'integration.latency',
    ...FIELDS_OF_CANARY,
  ],
  http: [
    'requestId',
    'requestTimeEpoch',
    'identity.sourceIp',
    'httpMethod',
    'path',
    'routeKey',
    'status',
    'responseLatency',
    'error.message',
    'authorizer.error',
    'authorizer.principalId',
    `authorizer.${ACCESS_DECISION}`,
    `authorizer.${QUOTA_REFUSAL}`,
    `authorizer.${RETRY_AFTER}`,
    'integration.status',
    'integrationErrorMessage',
    'integrationLatency',
  ],
  websocket: [
    'requestId',
    'requestTimeEpoch',
    'identity.sourceIp',
    'eventType',
    'routeKey',
    'connectionId',
    'status',
    'error.responseType',
    'error.message',
    'authorizer.status',
    'authorizer.error',
    'authorizer.principalId',
    `authorizer.${ACCESS_DECISION}`,
    `authorizer.${QUOTA_REFUSAL}`,
    `authorizer.${RETRY_AFTER}`,
    'integration.status',
    'integration.error',
  ],
};

/** Returns a log format that writes one line of JSON with all recommended fields. */
export function recommendedFormat(kind: keyof typeof RECOMMENDED_FIELDS): string {
  const members = RECOMMENDED_FIELDS[kind].map((name) => `"${name}":"$context.${name}"`);
  return `{${members.join(',')}}`;
}

export function variablesOf(format: string): readonly string[] {
  const parts = format.split(VARIABLE);
  return [...new Set(parts.filter((_, index) => index % 2 === 1))];
}

/**
 * Lists the fields that an explanation needs and that the format lacks.
 * @param mayBeCanary whether a canary may have answered. Without a canary, its fields are not needed.
 */
export function missingFields(
  format: string,
  kind: keyof typeof RECOMMENDED_FIELDS,
  mayBeCanary = false,
): readonly string[] {
  const there = new Set(variablesOf(format));
  return RECOMMENDED_FIELDS[kind].filter(
    (name) =>
      !there.has(name) &&
      !ALSO[name]?.some((other) => there.has(other)) &&
      (mayBeCanary || !FIELDS_OF_CANARY.includes(name)),
  );
}

/** For each field, other variables that can be used instead of it. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  requestId: ['extendedRequestId'],
  requestTimeEpoch: ['requestTime'],
  resourcePath: ['resourceId'],
  'error.message': ['error.messageString'],
  'integration.error': ['integrationErrorMessage'],
  integrationErrorMessage: ['integration.error'],
  'integration.status': ['integrationStatus'],
  'integration.latency': ['integrationLatency'],
  integrationLatency: ['integration.latency'],
};

/** Parses a log line; undefined if it does not have this format. */
export function readLogLine(format: string, line: string): LogFields | undefined {
  const parts = format.trim().split(VARIABLE);
  const isJson = /^\s*[{[]/.test(format);
  const pattern = parts
    .map((part, index) => (index % 2 === 1 ? '(.*?)' : part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)))
    .join('');
  const found = new RegExp(`^${pattern}$`, 's').exec(line.trim());
  if (found === null) return undefined;
  const names = parts.filter((_, index) => index % 2 === 1);
  const fields = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const value = found[index + 1] ?? '';
    if (value !== '-' && value !== '') fields.set(name, isJson ? unescape(value) : value);
  }
  return fields;
}

function unescape(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    // The quotes are removed, because the value of `error.messageString` itself contains them.
    return text.replace(/^"|"$/g, '');
  }
}
