/**
 * Explains that a handler which responds with its callback has ended without calling it.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, callback-based handlers
 */
import type { IntegrationCircumstances } from './circumstances.ts';

type Ended = Pick<IntegrationCircumstances, 'uncalledBack'>;

export function describeUncalledBack({ uncalledBack }: Ended): string[] {
  if (uncalledBack === undefined) return [];
  const { place, isAsync } = uncalledBack;
  return [
    isAsync
      ? `The handler is async, so it ended when its code had run to the end, before the callback at ${place} was called. Lambda ignores a callback that comes later.`
      : `The handler ended without a call of its callback (${place}): nothing was left that could call it.`,
  ];
}

export function adviseUncalledBack({ uncalledBack }: Ended): string | undefined {
  if (uncalledBack === undefined) return undefined;
  const { place, isAsync } = uncalledBack;
  return isAsync
    ? `Remove async from the handler, which then waits for the callback at ${place}. Or keep async, and return the response: await a promise for the work that now calls back.`
    : `Call callback(null, { statusCode, headers, body }) on every path of the handler, as at ${place}.`;
}
