/** `X-Amzn-Trace-Id` as API Gateway hands it on (docs/aws §10.3). */
import type { Random } from '../ports.ts';

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i;
const SAMPLED = /(?:^|;)\s*Sampled=([01])(?:;|$)/;

/** Keeps the client's Root and sampling decision, always with a Parent of the gateway's own; starts a trace where there is none. */
export function continueTrace(incoming: string | undefined, nowEpochMs: number, random: Random): string {
  const parent = random.hex(16);
  const root = incoming === undefined ? undefined : ROOT.exec(incoming)?.[1];
  if (incoming === undefined || root === undefined) {
    const seconds = Math.floor(nowEpochMs / 1000)
      .toString(16)
      .padStart(8, '0');
    return `Root=1-${seconds}-${random.hex(24)};Parent=${parent};Sampled=0`;
  }
  return `Root=${root};Parent=${parent};Sampled=${SAMPLED.exec(incoming)?.[1] ?? '0'}`;
}
