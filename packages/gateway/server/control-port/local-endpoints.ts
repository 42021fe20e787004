/**
 * The endpoints below `/_gatewright/`, which the command line uses. They require the bearer secret of this run. The
 * endpoints of the console also accept the key of the console's page.
 */
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { ByteStream, ShiftableClock } from '../../core/ports.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest, jsonReply, readFields } from '../../core/api-call.ts';

/** The access rights of the console's page. */
export interface PageAccess {
  /** Whether all ports are listening. */
  readonly isReady: boolean;
  admits(signature: string, host: string): boolean;
  /**
   * Whether the page may call an endpoint.
   * @param path the path below `/_gatewright/`
   */
  mayCall(method: string, path: string): boolean;
}

type LocalEndpointsOptions = {
  readonly secret: string;
  /** The access of the console's page; undefined if no console is served. */
  readonly page?: PageAccess | undefined;
  readonly clock: ShiftableClock;
  /** The reason why the clock cannot be moved; undefined if it can. */
  readonly clockFixedBecause: string | undefined;
  readonly onClockMoved?: () => void;
  readonly status: () => unknown;
  readonly routes: () => unknown;
  readonly recorded: RecordedCalls;
  /**
   * The other endpoints, which for example the console and the commands call. Their `path` parameter is the path below
   * `/_gatewright/`.
   */
  readonly more?: MoreEndpoints | undefined;
};

/**
 * Handles a request to a path below `/_gatewright/`.
 * @returns undefined if the handler has no endpoint at this path
 */
export type MoreEndpoints = (request: ControlRequest, path: string) => Promise<ControlReply | undefined>;

export type RecordedCalls = { readonly calls: readonly unknown[]; clear(): void };

const PREFIX = '/_gatewright/';

/**
 * Handles a request to an endpoint below `/_gatewright/`.
 * @returns undefined if the path is not below `/_gatewright/`
 */
export async function serveLocal(
  request: ControlRequest,
  at: LocalEndpointsOptions,
): Promise<ControlReply | undefined> {
  if (!request.path.startsWith(PREFIX)) return undefined;
  const given = /^Bearer (.+)$/.exec(headerOf(request, 'authorization') ?? '')?.[1] ?? '';
  if (equalInConstantTime(at.secret, given)) return serveCommand(request, at);
  const { page } = at;
  if (page?.admits(given, request.host) !== true)
    return jsonReply(401, {
      message:
        'The key is missing or wrong. Open the console with `gatewright console`; programs find the secret of the gateway in .gatewright/credentials.json.',
    });
  if (!page.isReady) return jsonReply(503, { message: 'The gateway is starting.' });
  if (!page.mayCall(request.method, request.path.slice(PREFIX.length)))
    return jsonReply(403, { message: 'The key of the console does not permit this call.' });
  const reply = await serveCommand(request, at);
  if (reply.stream === undefined) return reply;
  const bytes = whileAdmitted(reply.stream.bytes, () => page.admits(given, request.host));
  return { ...reply, stream: { ...reply.stream, bytes } };
}

/** Ends a stream to the console's page when the page's key is renewed. */
function whileAdmitted(stream: ByteStream, isAdmitted: () => boolean): ByteStream {
  return {
    async *[Symbol.asyncIterator]() {
      for await (const bytes of stream) {
        if (!isAdmitted()) return;
        yield bytes;
      }
    },
    cancel: () => stream.cancel(),
  };
}

async function serveCommand(request: ControlRequest, at: LocalEndpointsOptions): Promise<ControlReply> {
  switch (`${request.method} ${request.path.slice(PREFIX.length)}`) {
    case 'GET status':
      return jsonReply(200, at.status());
    case 'GET routes':
      return jsonReply(200, at.routes());
    case 'GET recorded':
      return jsonReply(200, { calls: at.recorded.calls });
    case 'DELETE recorded':
      at.recorded.clear();
      return jsonReply(200, { calls: [] });
    case 'GET clock':
      return sendTime(at.clock);
    case 'POST clock':
      return moveClock(request, at);
    default:
      return (await at.more?.(request, request.path.slice(PREFIX.length))) ?? noSuch(request);
  }
}

function noSuch(request: ControlRequest): ControlReply {
  return jsonReply(404, { message: `There is no ${request.method} ${request.path}` });
}

function sendTime(clock: ShiftableClock): ControlReply {
  return jsonReply(200, { nowEpochMs: clock.nowEpochMs(), offsetMs: clock.offsetMs() });
}

function moveClock(request: ControlRequest, at: LocalEndpointsOptions): ControlReply {
  if (at.clockFixedBecause !== undefined) return jsonReply(409, { message: at.clockFixedBecause });
  const fields = readFields(request, ['shiftMs', 'reset']);
  const shiftMs = fields?.get('shiftMs');
  if (fields?.size !== 1 || (fields.get('reset') !== true && typeof shiftMs !== 'number')) {
    return jsonReply(400, { message: 'Expected {"shiftMs": <milliseconds>} or {"reset": true}' });
  }
  if (typeof shiftMs !== 'number') at.clock.reset();
  else {
    try {
      at.clock.shift(shiftMs);
    } catch (error) {
      if (error instanceof RangeError) return jsonReply(400, { message: error.message });
      throw error;
    }
  }
  at.onClockMoved?.();
  return sendTime(at.clock);
}
