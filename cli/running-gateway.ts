/** Talks to the gateway that was started from this directory, over its control port. */
import { readCredentials } from '@gatewright/gateway/services/identity-file';
import { UsageError } from './output.ts';
import type { StartCredentials } from '@gatewright/gateway/services/identity-file';

const DEADLINE_MS = 5000;

/** @throws UsageError when no gateway was started here */
export async function findGateway(): Promise<StartCredentials> {
  const credentials = await readCredentials(process.cwd());
  if (credentials !== undefined) return credentials;
  throw new UsageError('no gateway runs from this directory; start one with `gatewright start`');
}

/** One call of the local endpoints below `/_gatewright/`. @throws UsageError with what the gateway answered */
export async function askGateway(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  deadlineMs = DEADLINE_MS,
): Promise<unknown> {
  const { controlUrl, controlSecret } = await findGateway();
  let response: Response;
  try {
    response = await fetch(`${controlUrl}/_gatewright/${path}`, {
      method,
      headers: { Authorization: `Bearer ${controlSecret}`, 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(deadlineMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new UsageError(`the gateway at ${controlUrl} does not answer; has it ended? Start it again`);
  }
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw new UsageError(messageOf(answer) ?? `the gateway answered ${response.status}`);
}

function messageOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
  return typeof answer.message === 'string' ? answer.message : undefined;
}

/** A member of an answer that must be there. */
export function memberOf(answer: unknown, name: string): unknown {
  if (typeof answer === 'object' && answer !== null && Object.hasOwn(answer, name))
    return Reflect.get(answer, name);
  throw new TypeError(`the gateway's answer has no ${name}`);
}

/** Events of the running gateway as they come, until it ends. @throws UsageError where it does not answer */
export async function* followGateway(path: string): AsyncGenerator<unknown, void> {
  const { controlUrl, controlSecret } = await findGateway();
  const response = await fetch(`${controlUrl}/_gatewright/${path}`, {
    headers: { Authorization: `Bearer ${controlSecret}` },
  }).catch(() => undefined);
  if (response?.ok !== true || response.body === null)
    throw new UsageError(`the gateway at ${controlUrl} does not answer; has it ended? Start it again`);
  let text = '';
  try {
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) yield JSON.parse(data) as unknown;
      }
    }
  } catch {
    // The gateway has ended, and with it what there is to follow.
  }
}
