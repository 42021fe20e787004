/** `X-Amzn-Trace-Id` as API Gateway forwards it (docs/aws §10.3). */
import type { Random } from '../ports.ts';

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i;
/**
 * Matches a header of 3 to 8 fields. A client may add Self and Lineage, whose functions `|` separates, to
 * Root, Parent and Sampled.
 */
const COMPLETE = /^(?:(?:Root|Parent|Sampled|Self|Lineage)=[\w:.|-]+(?:;\s*|$)){3,8}$/;
const PARENT = /(?:^|;)\s*Parent=[0-9a-f]{16}(?:;|$)/;
/** A longer header is not forwarded, because the function's thread has space for only 256 characters. */
const MAX_CHARS = 256;
const SAMPLED = /(?:^|;)\s*Sampled=([01])(?:;|$)/;

/**
 * Continues a trace. A complete client header (Root, Parent and Sampled, at most 256 characters) is forwarded
 * unchanged. Otherwise the client's Root and sampling decision are kept, and the gateway sets the Parent. If there is
 * no Root, a new trace begins, and it is not sampled.
 */
export function continueTrace(incoming: string | undefined, nowEpochMs: number, random: Random): string {
  if (incoming !== undefined && isComplete(incoming)) return incoming;
  const parent = random.hex(16);
  const root = traceRootOf(incoming);
  if (incoming === undefined || root === undefined) {
    const seconds = Math.floor(nowEpochMs / 1000)
      .toString(16)
      .padStart(8, '0');
    return `Root=1-${seconds}-${random.hex(24)};Parent=${parent};Sampled=0`;
  }
  return `Root=${root};Parent=${parent};Sampled=${SAMPLED.exec(incoming)?.[1] ?? '0'}`;
}

/** Returns the id of the trace in a header; undefined if the header contains no valid id. */
export function traceRootOf(header = ''): string | undefined {
  return ROOT.exec(header)?.[1];
}

function isComplete(header: string): boolean {
  return (
    header.length <= MAX_CHARS &&
    COMPLETE.test(header) &&
    ROOT.test(header) &&
    PARENT.test(header) &&
    SAMPLED.test(header)
  );
}
