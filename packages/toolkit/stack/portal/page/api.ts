/** Calls the functions of the portal. The session is in a cookie that scripts cannot read. */
import { membersOf, textOf } from '@gatewright/aws/json-object';
import { describeNeeded } from './roles.ts';

/** A request that was refused or got no response. `message` is a sentence for the member. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** 0 if there was no response. */
  readonly status: number;
  readonly code: string;

  constructor(message: string, status: number, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const DEADLINE_MS = 30_000;
const TRIES = 3;
const PAUSE_MS = 800;
/** Statuses after which the same change may be sent again, because the function may not have received it. */
const PASSES: ReadonlySet<number> = new Set([0, 502, 503, 504]);
/** The paths that can be requested before the user has signed in. */
const OUTSIDE: ReadonlySet<string> = new Set([
  'session',
  'session/sign-in',
  'session/invitation',
  'session/invitation/look',
]);

let csrf = '';
let onSessionEnd: () => void = () => undefined;

export function useToken(token: string): void {
  csrf = token;
}

/** The listener is called when a request is refused because nobody is signed in. */
export function listenForSessionEnd(listener: () => void): void {
  onSessionEnd = listener;
}

/** @param path relative to the page, such as `api/keys` */
export function read<Answer>(path: string): Promise<Answer> {
  return send('GET', path, {});
}

/**
 * Sends a change. If there is no response, or the status is in `PASSES`, the change is sent again, up to twice. The id
 * of the change stays the same, so that the change takes effect only once.
 * @throws Refusal
 */
export async function change<Answer>(path: string, body: object = {}): Promise<Answer> {
  const init = {
    body: JSON.stringify(body),
    headers: {
      'content-type': 'application/json',
      'idempotency-key': newId(),
      ...(csrf !== '' && { 'x-csrf-token': csrf }),
    },
  };
  for (let tries = 1; ; tries += 1)
    try {
      return await send('POST', path, init);
    } catch (error) {
      if (tries === TRIES || !(error instanceof Refusal) || !PASSES.has(error.status)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
    }
}

async function send<Answer>(method: string, path: string, init: RequestInit): Promise<Answer> {
  const response = await ask(method, path, init);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as Answer;
  throw refuse(method, path, response.status, answer);
}

/**
 * Downloads a file, such as a PDF. A plain link is not used, because a browser would save a refusal as if it were the
 * file.
 * @throws Refusal
 */
export async function readFile(path: string): Promise<Blob> {
  const response = await ask('GET', path, {});
  if (response.ok) return response.blob();
  throw refuse('GET', path, response.status, await response.json().catch(() => undefined));
}

async function ask(method: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, {
      ...init,
      method,
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new Refusal(
      isLate
        ? 'The portal did not answer in time. Try again.'
        : 'The portal cannot be reached. Check your connection and try again.',
      0,
    );
  }
}

/** Returns the error to throw. Calls the listener if the session has ended. */
function refuse(method: string, path: string, status: number, answer: unknown): Refusal {
  if (status === 401 && !OUTSIDE.has(path)) onSessionEnd();
  return refusalOf(method, path, status, answer);
}

function refusalOf(method: string, path: string, status: number, answer: unknown): Refusal {
  const said = membersOf(answer);
  const code = textOf(said, 'code');
  const needed = code === 'ROLE_INSUFFICIENT' ? describeNeeded(method, path) : undefined;
  // The title of a problem is written for the customer. The detail says which field is wrong.
  const texts = [textOf(said, 'title'), textOf(said, 'detail')].filter((text) => text !== '').map(sentence);
  const own = code === '' || texts.length === 0 ? undefined : texts.join(' ');
  return new Refusal(needed ?? own ?? describeStatus(status), status, code);
}

/** If API Gateway itself refuses a request, its response contains no text for customers. */
function describeStatus(status: number): string {
  if (status === 401) return 'You are not signed in, or your session has ended.';
  if (status === 403) return 'Your role may not do this.';
  if (status === 404) return 'This item does not exist, or was removed in the meantime.';
  if (status === 429) return 'Too many requests. Wait a minute and try again.';
  if (status >= 500) return 'The portal has a problem. Try again in a minute.';
  return `The portal refused the request with status ${status}.`;
}

function sentence(text: string): string {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** Returns a random id. `crypto.randomUUID` exists only in secure contexts. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
