/**
 * The connection to the gateway: which run of the gateway responds, and the signature that calls contain instead of the
 * key.
 */
import { useEffect, useState } from 'preact/hooks';
import { followKeys, keepKey } from './access-key.ts';
import { sign } from './sign.ts';

export type ConnectionState =
  /** The page is connecting, and does not know yet whether the gateway runs. */
  | 'waiting'
  /** Nothing listens at the gateway's address. */
  | 'away'
  | 'starting'
  /** The gateway has accepted a call, and has not responded to it for a while. */
  | 'silent'
  | 'open'
  | 'refused';

/**
 * An error response of the gateway, with the gateway's own message. Status 0 means that the gateway does not respond.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /**
   * Whether the error concerns the connection. In that case the requested data will be available when the gateway
   * responds again.
   */
  get isOfConnection(): boolean {
    return [0, 401, 503].includes(this.status);
  }
}

/**
 * The gateway counts as silent if it has not responded within this time to a call to which it normally responds at
 * once.
 */
const SILENT_MS = 2_000;

let key = '';
let signed: { readonly start: string; readonly signature: string } | undefined;
let state: ConnectionState = 'waiting';
let silentSinceMs = 0;
/** Whether calls have failed since the page was last connected. */
let isStale = false;
const followers = new Set<() => void>();
const refreshers = new Set<() => void>();

export function useKey(given: string): void {
  key = given;
}

/** Returns the identifier of the current run; empty until a gateway has responded. */
export function currentStart(): string {
  return signed?.start ?? '';
}

/** Returns the connection state that the page shows. */
export function useConnection(): ConnectionState {
  const [shown, setShown] = useState(state);
  useEffect(() => {
    const follow = (): void => setShown(state);
    follow();
    followers.add(follow);
    return () => void followers.delete(follow);
  }, []);
  return shown;
}

/** Returns the time at which the call was made that the gateway has not responded to yet. */
export function silentSince(): number {
  return silentSinceMs;
}

/**
 * Makes a call that the gateway normally responds to at once, and notes if the response is late. A gateway that
 * responds late is busy, but has not ended.
 */
export async function awaitAnswer<Answer>(ask: () => Promise<Answer>, withinMs = SILENT_MS): Promise<Answer> {
  const stop = expectSign(withinMs);
  try {
    const answer = await ask();
    noteSign();
    return answer;
  } finally {
    stop();
  }
}

/**
 * Notes that the gateway is silent if it does not respond within the given time.
 * @returns a function to call when the gateway responds
 */
function expectSign(withinMs: number): () => void {
  const since = Date.now();
  const timer = setTimeout(() => {
    silentSinceMs = since;
    noteState('silent');
  }, withinMs);
  return () => clearTimeout(timer);
}

/** Notes that the gateway responds again, if it was silent. */
function noteSign(): void {
  if (state === 'silent') noteState('open');
}

/** Notes what the failure of a call shows about the gateway. */
export function noteFailure(problem: unknown): void {
  if (!(problem instanceof Refused)) noteState('waiting');
  else if (problem.status === 0) noteState('away');
  else if (problem.status === 503) noteState('starting');
}

export function noteState(next: ConnectionState): void {
  if (state === next) return;
  state = next;
  for (const follow of followers) follow();
}

/**
 * Registers a callback that runs when the page is connected again, or is connected to another run, because the shown
 * data may have changed.
 */
export function onRefresh(refresh: () => void): () => void {
  refreshers.add(refresh);
  return () => void refreshers.delete(refresh);
}

export function noteConnected(isOtherStart: boolean): void {
  noteState('open');
  if (!isStale && !isOtherStart) return;
  isStale = false;
  for (const refresh of refreshers) refresh();
}

/** The key of a link that opened another tab; it is tried when this page's own key is refused. */
let offered: string | undefined;

export function followNewKeys(): () => void {
  return followKeys((given) => {
    offered = given;
    if (state === 'refused') takeOffered();
  });
}

function takeOffered(): boolean {
  if (offered === undefined || offered === key) return false;
  key = offered;
  offered = undefined;
  signed = undefined;
  keepKey(key);
  return true;
}

/** Returns the deployed stack whose customers the page shows; undefined if the page shows a gateway. */
export async function readCustomersOf(): Promise<string | undefined> {
  const { customersOf } = await askStart();
  return customersOf;
}

type Start = { readonly start: string; readonly isReady: boolean; readonly customersOf?: string };

async function askStart(): Promise<Start> {
  const response = await fetchOrRefuse('/console/start', {});
  return (await response.json()) as Start;
}

/**
 * Returns the identifier of the run that responds. Each run has a new identifier.
 * @throws Refused if no gateway is ready
 */
export async function readStart(): Promise<string> {
  const { start, isReady } = await askStart();
  if (!isReady) throw new Refused(503, 'The gateway is starting.');
  if (signed?.start !== start) signed = { start, signature: await sign(key, start, location.host) };
  return start;
}

/**
 * Makes a call below `/_gatewright/`.
 * @throws Refused if no gateway responds, or the key is refused
 */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  try {
    if (signed === undefined) await readStart();
    let response = await callSigned(path, init);
    // A restarted gateway refuses the earlier signature. The refused call had no effect, so it is repeated.
    const before = signed?.start;
    if (response.status === 401 && (await readStart()) !== before) response = await callSigned(path, init);
    if (response.status === 401 && takeOffered()) {
      await readStart();
      response = await callSigned(path, init);
    }
    if (response.status !== 401) return response;
    noteState('refused');
    throw new Refused(401, 'This page’s key is not valid for this gateway.');
  } catch (problem) {
    if (problem instanceof Refused) isStale = true;
    throw problem;
  }
}

function callSigned(path: string, init: RequestInit): Promise<Response> {
  const headers = { ...(init.headers as object), Authorization: `Bearer ${signed?.signature ?? ''}` };
  return fetchOrRefuse(`/_gatewright/${path}`, { ...init, headers });
}

async function fetchOrRefuse(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    throw new Refused(0, 'The gateway does not respond. Is it still running?');
  }
}
