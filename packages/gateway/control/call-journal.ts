/**
 * Records the calls that changed the control plane, with their times and ids. The same calls, repeated in order,
 * produce the same APIs, keys, plans, stages and domains with the same ids.
 */
import { InvalidRequest } from '../core/errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { headerOf } from '@gatewright/aws/raw-headers';
import type { LocalIdentity } from '../core/policy/identities.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { AwsCall, AwsService } from '../kernel/calls/aws-call.ts';

type JournaledCall = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly contentType: string;
  /** The body in base64. */
  readonly body: string;
  readonly region: string;
  readonly atEpochMs: number;
  readonly drawn: readonly string[];
};

const MAX_CALLS = 20_000;
const MAX_CHARS = 64 * 1024 * 1024;
const METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** Matches the paths of TestInvokeMethod and TestInvokeAuthorizer, which change nothing. */
const TRIALS = /^\/restapis\/[^/]+\/(?:resources\/[^/]+\/methods|authorizers)\/[^/]+$/;

export class CallJournal {
  readonly clock: Clock;
  readonly random: Random;
  #calls: JournaledCall[] = [];
  #chars = 0;
  #isOverfull = false;
  #drawn: string[] | undefined;
  #replaying: { readonly atEpochMs: number; readonly drawn: string[] } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock, random: Random) {
    this.clock = {
      nowEpochMs: () => this.#replaying?.atEpochMs ?? clock.nowEpochMs(),
      monotonicMs: () => clock.monotonicMs(),
    };
    this.random = { ...random, hex: (count) => this.#draw(count, random) };
  }

  /** Returns the recorded calls; undefined means that the limit was exceeded. */
  get calls(): readonly JournaledCall[] | undefined {
    return this.#isOverfull ? undefined : this.#calls;
  }

  forget(): void {
    this.#calls = [];
    this.#chars = 0;
    this.#isOverfull = false;
  }

  /**
   * Wraps a service and records its changes in the journal. The changes run one at a time, so that the journal knows
   * which call generated which ids.
   */
  keep(service: AwsService): AwsService {
    return (call) => {
      const { method, path } = call.request;
      const isTrial = method === 'POST' && TRIALS.test(path);
      if (!METHODS.has(method) || isTrial) return service(call);
      return this.inTurn(() => this.#note(call, service));
    };
  }

  /** Waits until no change is in progress, and delays other changes. */
  async inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /**
   * Repeats calls with full permissions. Must be called within `inTurn`.
   * @param isKept whether the repeated calls are recorded in this journal
   * @throws InvalidRequest at the first refused call
   */
  async replay(
    calls: readonly JournaledCall[],
    service: AwsService,
    caller: LocalIdentity,
    isKept: boolean,
  ): Promise<void> {
    for (const call of calls) {
      this.#replaying = { atEpochMs: call.atEpochMs, drawn: [...call.drawn] };
      try {
        const made = toAwsCall(call, caller);
        const { status, body } = isKept ? await this.#note(made, service) : await service(made);
        if (status >= 400)
          throw new InvalidRequest(`${call.method} ${call.path}: ${String(body).slice(0, 300)}`);
      } finally {
        this.#replaying = undefined;
      }
    }
  }

  async #note(call: AwsCall, service: AwsService): Promise<Awaited<ReturnType<AwsService>>> {
    const drawn: string[] = [];
    this.#drawn = drawn;
    const atEpochMs = this.clock.nowEpochMs();
    try {
      const reply = await service(call);
      if (reply.status < 400) this.#add(call, atEpochMs, drawn);
      return reply;
    } finally {
      this.#drawn = undefined;
    }
  }

  #add({ request, region }: AwsCall, atEpochMs: number, drawn: readonly string[]): void {
    const { method, path, query } = request;
    const contentType = headerOf(request, 'content-type') ?? '';
    const body = request.body.toString('base64');
    this.#chars += body.length + path.length + query.length;
    if (this.#calls.length >= MAX_CALLS || this.#chars > MAX_CHARS) this.#isOverfull = true;
    else this.#calls.push({ method, path, query, contentType, body, region, atEpochMs, drawn });
  }

  #draw(count: number, random: Random): string {
    const replaying = this.#replaying;
    const value = replaying === undefined ? random.hex(count) : replaying.drawn.shift();
    if (value?.length !== count)
      throw new InvalidRequest('the call produced ids that differ from the saved ones');
    this.#drawn?.push(value);
    return value;
  }
}

function toAwsCall(call: JournaledCall, caller: LocalIdentity): AwsCall {
  const { method, path, query, contentType, body, region } = call;
  const rawHeaders = contentType === '' ? [] : ['Content-Type', contentType];
  const request = { method, path, query, rawHeaders, body: Buffer.from(body, 'base64'), host: '127.0.0.1' };
  return { request, caller, service: 'apigateway', region };
}

/**
 * Reads calls from a file.
 * @throws InvalidRequest if there are too many calls, or one is invalid
 */
export function checkCalls(value: unknown): readonly JournaledCall[] {
  if (!Array.isArray(value) || value.length > MAX_CALLS)
    throw new InvalidRequest(`the saved calls must be a list of at most ${MAX_CALLS} calls`);
  return value.map((call: unknown, index) => {
    if (isJsonObject(call) && isCall(call)) return call;
    throw new InvalidRequest(`call ${index + 1} is invalid`);
  });
}

function isCall(call: UnknownMembers): call is JournaledCall {
  const { method, path, query, contentType, body, region, atEpochMs, drawn } = call;
  return (
    [path, query, contentType, body, region].every(
      (text) => typeof text === 'string' && !/[\r\n]/.test(text),
    ) &&
    typeof method === 'string' &&
    METHODS.has(method) &&
    typeof atEpochMs === 'number' &&
    Number.isSafeInteger(atEpochMs) &&
    Array.isArray(drawn) &&
    drawn.every((text) => typeof text === 'string' && /^[0-9a-f]{1,128}$/.test(text))
  );
}
