/**
 * Calls AWS's control plane for an attachment. It does not exceed the account's rate, and reports refusals in AWS's
 * wording.
 */
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { Aws, AwsAnswer } from '../../terminal/aws-call.ts';
import { UsageError } from '../../../base/terminal/output.ts';
import type { PlaneCall } from './step.ts';

export interface ControlPlane {
  /**
   * Reads a resource; undefined if it does not exist.
   * @throws PlaneError if AWS refuses the call or does not respond
   */
  read(service: PlaneCall['service'], path: string): Promise<UnknownMembers | undefined>;
  /**
   * Returns the items of all pages of a list.
   * @throws PlaneError if AWS refuses a call or does not respond, or if the list does not end
   */
  list(path: string): Promise<readonly UnknownMembers[]>;
  /**
   * Makes a call that changes something.
   * @throws PlaneError if AWS refuses the call or does not respond
   */
  write(call: PlaneCall): Promise<UnknownMembers>;
}

/** Error codes for an expired session. */
const EXPIRED = /^(?:ExpiredToken(?:Exception)?|RequestExpired)$/;
const FRESH = 'the credentials have expired: renew them and run the command again; completed steps are kept';

/**
 * Thrown if AWS has refused a call or has not responded. If there was no response, only the current state shows whether
 * the call was carried out.
 */
export class PlaneError extends UsageError {
  readonly refusal: string;

  constructor(what: string, refusal: string, message: string) {
    // AWS's message about a wrong signature continues with everything that was signed, so only its first line is shown.
    const [said = ''] = message.split(/\n|\\u000a/);
    const advice = EXPIRED.test(refusal) ? `\n${FRESH}` : '';
    super(`${what}: ${refusal === '' ? said : `${refusal}: ${said}`}${advice}`);
    this.refusal = refusal;
  }
}

type PaceClock = { readonly nowEpochMs: () => number; readonly wait: (ms: number) => Promise<void> };

/**
 * The maximum rate of calls. It is half of the rate that AWS allows for all users of an account together. AWS allows 10
 * calls a second with a burst of 40, and one deployment every 5 s (API Gateway developer guide, "Quotas for creating,
 * deploying and managing an API").
 */
const CALLS = { perSecond: 5, burst: 20 };
const DEPLOYMENT_EVERY_MS = 5_000;
const PAGES_LIMIT = 50;
/**
 * The maximum number of attempts of one call. A call that is throttled, or that met a concurrent edit, is repeated
 * after five seconds.
 */
const ATTEMPTS = 5;

function createPace(
  clock: PaceClock,
): (call: { readonly method: string; readonly path: string }) => Promise<void> {
  let tokens: number = CALLS.burst;
  let at = clock.nowEpochMs();
  let deployedAt = Number.NEGATIVE_INFINITY;
  return async ({ method, path }) => {
    const now = clock.nowEpochMs();
    tokens = Math.min(CALLS.burst, tokens + ((now - at) / 1000) * CALLS.perSecond);
    at = now;
    const isDeployment = method === 'POST' && path.endsWith('/deployments');
    const forToken = tokens >= 1 ? 0 : ((1 - tokens) / CALLS.perSecond) * 1000;
    const forDeployment = isDeployment ? Math.max(0, deployedAt + DEPLOYMENT_EVERY_MS - now) : 0;
    const waitMs = Math.ceil(Math.max(forToken, forDeployment));
    if (waitMs > 0) await clock.wait(waitMs);
    const after = clock.nowEpochMs();
    tokens = Math.min(CALLS.burst, tokens + ((after - at) / 1000) * CALLS.perSecond) - 1;
    at = after;
    if (isDeployment) deployedAt = after;
  };
}

/**
 * Creates the client of a control plane. `unlimited` is for a local control plane, which does not use the quota of an
 * account.
 */
export function createControlPlane(
  aws: Aws,
  clock: PaceClock,
  quota: 'of-account' | 'unlimited' = 'of-account',
): ControlPlane {
  const pace = quota === 'unlimited' ? () => Promise.resolve() : createPace(clock);
  const ask = async (
    service: PlaneCall['service'],
    method: 'GET' | PlaneCall['method'],
    path: string,
    body?: UnknownMembers,
  ) => {
    for (let attempt = 1; ; attempt += 1) {
      await pace({ method, path });
      const answer = await aws.call({
        service,
        protocol: 'rest',
        method,
        path,
        headers: HEADERS,
        body: body && JSON.stringify(body),
      });
      if (!isBusy(answer) || attempt === ATTEMPTS) return answer;
      await clock.wait(DEPLOYMENT_EVERY_MS);
    }
  };
  const read: ControlPlane['read'] = async (service, path) => {
    const answer = await ask(service, 'GET', path);
    if (answer.kind === 'answer') return answer.body;
    if (answer.kind === 'silent') throw new PlaneError(`GET ${path}`, '', answer.message);
    if (answer.status === 404) return undefined;
    throw new PlaneError(`GET ${path}`, answer.code, answer.message);
  };
  return {
    read,
    list: (path) => listAll(read, path),
    async write({ service, method, path, body }) {
      const answer = await ask(service, method, path, body);
      if (answer.kind === 'answer') return answer.body;
      const what = `${method} ${path}`;
      throw answer.kind === 'silent'
        ? new PlaneError(what, '', answer.message)
        : new PlaneError(what, answer.code, answer.message);
    },
  };
}

/**
 * Whether the call can be repeated because AWS is busy. This includes a concurrent edit of another part of the API,
 * which is not a real conflict.
 */
function isBusy(answer: AwsAnswer): boolean {
  if (answer.kind !== 'refused') return false;
  // AWS uses one code for a concurrent edit and a real conflict, and only the text distinguishes them.
  // oxlint-disable-next-line gatewright/no-recognition-by-text
  const isConcurrent = answer.code === 'ConflictException' && /concurrent modification/.test(answer.message);
  return isConcurrent || answer.code === 'TooManyRequestsException';
}

/** Without `Accept: application/json`, the v1 API responds in HAL. */
const HEADERS = { Accept: 'application/json', 'Content-Type': 'application/json' };

/** Reads all pages of a list. The v1 API uses `item` with `position`, the v2 API uses `items` with `nextToken`. */
export async function listAll(read: ControlPlane['read'], path: string): Promise<readonly UnknownMembers[]> {
  const token = path.startsWith('/v2/') ? 'nextToken' : 'position';
  const found: UnknownMembers[] = [];
  let next = '';
  for (let page = 1; page <= PAGES_LIMIT; page += 1) {
    const query = next === '' ? '' : `${path.includes('?') ? '&' : '?'}${token}=${encodeURIComponent(next)}`;
    const answer = await read('apigateway', `${path}${query}`);
    // If a list has only one item, the response may contain the item itself instead of a list.
    const items: readonly unknown[] = [answer?.['items'] ?? answer?.['item'] ?? []].flat();
    if (answer === undefined || !items.every(isJsonObject))
      throw new PlaneError(`GET ${path}`, '', 'the response is not a list');
    found.push(...items);
    const after = answer[token];
    if (typeof after !== 'string' || after === '') return found;
    next = after;
  }
  throw new PlaneError(
    `GET ${path}`,
    '',
    `the list has more than ${PAGES_LIMIT} pages, which is more than gatewright reads`,
  );
}
