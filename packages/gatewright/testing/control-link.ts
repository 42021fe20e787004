/**
 * Calls the control port of a test's gateway. The calls are the same whether the gateway runs in this process or in
 * another process.
 */

/**
 * Thrown if the gateway cannot start or refuses a call. The message is a sentence with the reason.
 *
 * @example
 * ```ts
 * import { startGateway, TestingError } from 'gatewright/testing';
 *
 * let isTold = false;
 * try {
 *   await startGateway({ stacks: ['no-such-template.yaml'] });
 * } catch (error) {
 *   isTold = error instanceof TestingError;
 * }
 * isTold // → true
 * ```
 */
export class TestingError extends Error {
  override readonly name = 'TestingError';
  readonly code = 'GATEWRIGHT_TESTING';
}

export type ControlLink = {
  readonly url: string;
  readonly secret: string;
};

/**
 * Calls `/_gatewright/` on the control port.
 * @throws TestingError if the gateway refuses the call. The message contains its response
 */
export async function callControl(
  { url, secret }: ControlLink,
  method: 'DELETE' | 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${url}/_gatewright/${path}`, {
      method,
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    throw new TestingError(`the gateway at ${url} does not respond; it was closed or has ended`, {
      cause,
    });
  }
  const text = await response.text();
  if (response.ok) return text;
  throw new TestingError(messageOf(text) ?? `the gateway answered with status ${response.status}`);
}

function messageOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const message: unknown = typeof value === 'object' && value !== null && Reflect.get(value, 'message');
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
