/** What the command line asks of a running gateway, below `/_gatewright/`, with the bearer secret of the start. */
import { WishRefused } from '../errors.ts';
import { isJsonObject } from '@gatewright/aws/json-object';
import { equalInConstantTime } from '@gatewright/aws/sign-request';
import type { ShiftableClock } from '../ports.ts';
import { headerOf } from '@gatewright/aws/raw-headers';
import { type ControlReply, type ControlRequest, jsonReply } from './control-request.ts';
import { type Issuer, type TokenWish } from '../issuer/issuer.ts';

type LocalEndpointsOptions = {
  readonly secret: string;
  readonly issuer: Issuer;
  readonly clock: ShiftableClock;
  /** Why the clock must stay where it is; undefined = it may be moved. */
  readonly clockFixedBecause: string | undefined;
  readonly onClockMoved?: () => void;
  readonly status: () => unknown;
  readonly routes: () => unknown;
  readonly recorded: RecordedCalls;
  /** Of the console and the commands that read what was recorded; `path` is below `/_gatewright/`. */
  readonly more?: MoreEndpoints | undefined;
};

/** @returns undefined for paths of others */
export type MoreEndpoints = (request: ControlRequest, path: string) => Promise<ControlReply | undefined>;

/** What the recorder of service calls shows. */
export type RecordedCalls = { readonly calls: readonly unknown[]; clear(): void };

const PREFIX = '/_gatewright/';

/** @returns undefined when the path is not below `/_gatewright/` */
export async function serveLocal(
  request: ControlRequest,
  at: LocalEndpointsOptions,
): Promise<ControlReply | undefined> {
  if (!request.path.startsWith(PREFIX)) return undefined;
  const given = /^Bearer (.+)$/.exec(headerOf(request, 'authorization') ?? '')?.[1] ?? '';
  if (!equalInConstantTime(at.secret, given)) {
    return jsonReply(401, {
      message: 'The secret of this start is needed; it is in .gatewright/credentials.json',
    });
  }
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
      return tellTime(at.clock);
    case 'POST clock':
      return moveClock(request, at);
    case 'POST token':
      return mintToken(request, at.issuer);
    case 'POST issuer/rotate':
      return rotate(request, at.issuer);
    default:
      return (await at.more?.(request, request.path.slice(PREFIX.length))) ?? noSuch(request);
  }
}

function noSuch(request: ControlRequest): ControlReply {
  return jsonReply(404, { message: `There is no ${request.method} ${request.path}` });
}

function tellTime(clock: ShiftableClock): ControlReply {
  return jsonReply(200, { nowEpochMs: clock.nowEpochMs(), offsetMs: clock.offsetMs() });
}

function moveClock(request: ControlRequest, at: LocalEndpointsOptions): ControlReply {
  if (at.clockFixedBecause !== undefined) return jsonReply(409, { message: at.clockFixedBecause });
  const fields = readFields(request, ['shiftMs', 'reset']);
  const shiftMs = fields?.get('shiftMs');
  if (fields?.size !== 1 || (fields.get('reset') !== true && typeof shiftMs !== 'number')) {
    return jsonReply(400, { message: 'Wanted: {"shiftMs": <milliseconds>} or {"reset": true}' });
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
  return tellTime(at.clock);
}

function mintToken(request: ControlRequest, issuer: Issuer): ControlReply {
  const wish = readWish(
    readFields(request, ['sub', 'issuer', 'aud', 'roles', 'scope', 'claims', 'expiresInSeconds']),
  );
  if (wish === undefined) {
    return jsonReply(400, {
      message:
        'Wanted: {"sub": text, "issuer": text, "aud": text or list, "roles": list, "scope": text, "claims": object, "expiresInSeconds": number}',
    });
  }
  try {
    return jsonReply(200, issuer.mint(wish));
  } catch (error) {
    if (error instanceof WishRefused) return jsonReply(400, { message: error.message });
    throw error;
  }
}

async function rotate(request: ControlRequest, issuer: Issuer): Promise<ControlReply> {
  const withdraw = readFields(request, ['withdraw'])?.get('withdraw') ?? false;
  if (typeof withdraw !== 'boolean') return jsonReply(400, { message: 'Wanted: {} or {"withdraw": true}' });
  await issuer.rotate({ withdraw });
  return jsonReply(200, issuer.keySet());
}

function readWish(fields: ReadonlyMap<string, unknown> | undefined): TokenWish | undefined {
  if (fields === undefined) return undefined;
  const sub = fields.get('sub');
  const issuer = fields.get('issuer');
  const aud = fields.get('aud');
  const roles = fields.get('roles');
  const scope = fields.get('scope');
  const claims = fields.get('claims');
  const expiresInSeconds = fields.get('expiresInSeconds');
  if (typeof sub !== 'string') return undefined;
  if (issuer !== undefined && typeof issuer !== 'string') return undefined;
  if (aud !== undefined && typeof aud !== 'string' && !isTexts(aud)) return undefined;
  if (roles !== undefined && !isTexts(roles)) return undefined;
  if (scope !== undefined && typeof scope !== 'string') return undefined;
  if (claims !== undefined && !isJsonObject(claims)) return undefined;
  if (expiresInSeconds !== undefined && typeof expiresInSeconds !== 'number') return undefined;
  return {
    sub,
    ...(issuer === undefined ? {} : { issuer }),
    ...(aud === undefined ? {} : { aud }),
    ...(roles === undefined ? {} : { roles }),
    ...(scope === undefined ? {} : { scope }),
    ...(claims === undefined ? {} : { claims }),
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
  };
}

/** The members of a JSON object body, none but the given; undefined for anything else. An empty body is `{}`. */
function readFields(
  request: ControlRequest,
  known: readonly string[],
): ReadonlyMap<string, unknown> | undefined {
  let value: unknown;
  try {
    value = request.body.length === 0 ? {} : JSON.parse(request.body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const fields = new Map(Object.entries(value));
  return [...fields.keys()].every((name) => known.includes(name)) ? fields : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
