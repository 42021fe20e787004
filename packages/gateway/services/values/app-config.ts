/**
 * Serves AppConfig configurations under the names that they have in the values file (AppConfig and AppConfig Data API
 * references). The token of a session is valid for one call, which is refused before the poll interval has passed. If a
 * configuration has not changed since the last call, the response is empty.
 */
import { ServiceRefusal } from '../../core/errors.ts';
import type { ControlReply } from '../../core/api-call.ts';
import type { Configuration, LocalValues } from './local-values.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { type AwsCall, awsError, type AwsService, refuseUnlessAllowed } from '../../kernel/calls/aws-call.ts';
import { fieldsOf, textField, unservedOperation } from './value-call.ts';

const MAX_SESSIONS = 1_000;
const POLL_SECONDS = 60;
const TOKEN_MS = 24 * 3_600_000;
const NO_BODY = Buffer.alloc(0);

type Session = {
  readonly id: string;
  readonly pollSeconds: number;
  /** The version that the last call returned, and the time of this call; undefined before the first call. */
  readonly last: { readonly version: number; readonly atMs: number } | undefined;
  readonly expiresAtMs: number;
};
type Ports = {
  readonly values: LocalValues;
  readonly random: Pick<Random, 'hex'>;
  readonly clock: Pick<Clock, 'nowEpochMs'>;
  readonly accountId: string;
  readonly sessions: Map<string, Session>;
};

export function createAppConfig(options: Omit<Ports, 'sessions'>): AwsService {
  const at = { ...options, sessions: new Map<string, Session>() };
  return (call) => {
    try {
      return Promise.resolve(route(call, at));
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      const { status, code: type, message, members } = error;
      return Promise.resolve(awsError(call.request, 'appconfig', { status, type, message, members }));
    }
  };
}

type ConfigurationCall = {
  readonly address: string;
  readonly answer: (call: AwsCall, at: Ports) => ControlReply;
};

export const CONFIGURATION_CALLS: Readonly<Record<string, ConfigurationCall>> = {
  GetLatestConfiguration: { address: 'GET /configuration', answer: getLatest },
  StartConfigurationSession: { address: 'POST /configurationsessions', answer: startSession },
};

function route(call: AwsCall, at: Ports): ControlReply {
  const address = `${call.request.method} ${call.request.path}`;
  const found = Object.values(CONFIGURATION_CALLS).find((one) => one.address === address);
  if (found === undefined) throw unservedOperation(address, 'appconfig');
  return found.answer(call, at);
}

function startSession(call: AwsCall, at: Ports): ControlReply {
  const fields = fieldsOf(call);
  const names = ['ApplicationIdentifier', 'EnvironmentIdentifier', 'ConfigurationProfileIdentifier'];
  const id = names.map((name) => textField(fields, name)).join('/');
  const refusal = refuseReading(call, 'StartConfigurationSession', id, at);
  if (refusal !== undefined) return refusal;
  find(id, at);
  const seconds = fields['RequiredMinimumPollIntervalInSeconds'] ?? POLL_SECONDS;
  if (typeof seconds !== 'number' || seconds < 15 || seconds > 86_400)
    throw badRequest('RequiredMinimumPollIntervalInSeconds must be from 15 to 86400.');
  const token = openSession({ id, pollSeconds: seconds, last: undefined }, at);
  const headers = ['Content-Type', 'application/json', 'Cache-Control', 'no-store'];
  return { status: 201, headers, body: JSON.stringify({ InitialConfigurationToken: token }) };
}

function getLatest(call: AwsCall, at: Ports): ControlReply {
  const token = new URLSearchParams(call.request.query).get('configuration_token') ?? '';
  const session = at.sessions.get(token);
  if (session === undefined) throw badRequest('The configuration token is not valid, or was used before.');
  const refusal = refuseReading(call, 'GetLatestConfiguration', session.id, at);
  if (refusal !== undefined) return refusal;
  const atMs = at.clock.nowEpochMs();
  refuseAtWrongTime(session, atMs);
  const found = find(session.id, at);
  at.sessions.delete(token);
  const { id, pollSeconds, last } = session;
  const next = openSession({ id, pollSeconds, last: { version: found.version, atMs } }, at);
  return print(found, last?.version === found.version, [
    'Next-Poll-Configuration-Token',
    next,
    'Next-Poll-Interval-In-Seconds',
    String(pollSeconds),
  ]);
}

/**
 * A call that comes too early does not use up the token.
 * @throws ServiceRefusal if the poll interval has not passed, or if the token has expired
 */
function refuseAtWrongTime({ last, pollSeconds, expiresAtMs }: Session, nowMs: number): void {
  if (last !== undefined && nowMs < last.atMs + pollSeconds * 1000)
    throw badRequest('Request too early', 'PollIntervalNotSatisfied');
  if (nowMs > expiresAtMs) throw badRequest('The configuration token has expired.', 'Expired');
}

function print(
  { bytes, contentType, version }: Configuration,
  isKnown: boolean,
  headers: readonly string[],
): ControlReply {
  return {
    status: 200,
    headers: [
      'Content-Type',
      contentType,
      'Cache-Control',
      'no-store',
      ...headers,
      ...(isKnown ? [] : ['Version-Label', String(version)]),
    ],
    body: isKnown ? NO_BODY : bytes,
  };
}

function openSession(session: Omit<Session, 'expiresAtMs'>, { sessions, random, clock }: Ports): string {
  const token = random.hex(64);
  sessions.set(token, { ...session, expiresAtMs: clock.nowEpochMs() + TOKEN_MS });
  for (const oldest of sessions.keys()) {
    if (sessions.size <= MAX_SESSIONS) break;
    sessions.delete(oldest);
  }
  return token;
}

function find(id: string, { values }: Ports): Configuration {
  const found = values.configuration(id);
  if (found === undefined)
    throw new ServiceRefusal(
      'ResourceNotFoundException',
      `The configuration ${id} could not be found.`,
      404,
      undefined,
      { ResourceType: 'Configuration' },
    );
  return found;
}

/** @param problem what is wrong with the token, if the service names it */
function badRequest(message: string, problem?: 'Expired' | 'PollIntervalNotSatisfied'): ServiceRefusal {
  return new ServiceRefusal('BadRequestException', message, 400, undefined, {
    Reason: 'InvalidParameters',
    ...(problem !== undefined && {
      Details: { InvalidParameters: { ConfigurationToken: { Problem: problem } } },
    }),
  });
}

function refuseReading(
  call: AwsCall,
  action: string,
  id: string,
  { accountId }: Ports,
): ControlReply | undefined {
  const [application = '', environment = '', profile = ''] = id.split('/');
  const path = `application/${application}/environment/${environment}/configuration/${profile}`;
  const resource = `arn:aws:appconfig:${call.region}:${accountId}:${path}`;
  return refuseUnlessAllowed(call, [{ action: `appconfig:${action}`, resource }]);
}
