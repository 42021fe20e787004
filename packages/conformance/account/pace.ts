/**
 * The pace of calls that an account allows: docs.aws.amazon.com/apigateway/latest/developerguide/limits.html,
 * "API Gateway quotas for creating, deploying and managing an API".
 */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Minimum milliseconds from one call to the next, for Regional APIs. An edge-optimized API may be created only once
 * every 30 s.
 */
const INTERVALS_MS: Readonly<Record<string, number>> = {
  CreateApiKey: 200,
  CreateDeployment: 5_000,
  CreateDocumentationVersion: 20_000,
  CreateDomainName: 30_000,
  CreateResource: 200,
  CreateRestApi: 3_000,
  CreateVpcLink: 15_000,
  DeleteApiKey: 200,
  DeleteDomainName: 30_000,
  DeleteResource: 200,
  DeleteRestApi: 30_000,
  GetResources: 400,
  ImportRestApi: 3_000,
  PutRestApi: 1_000,
  UpdateAccount: 20_000,
  UpdateDomainName: 30_000,
  UpdateUsagePlan: 20_000,
};
/** Minimum milliseconds from any call to the next. The limit of all calls together is 10 a second. */
const ANY_MS = 100;

/** Returns how long these calls take at the rate that AWS allows, excluding the duration of each call. */
export function durationMs(counts: ReadonlyMap<string, number>): number {
  let [all, slowest] = [0, 0];
  for (const [call, count] of counts) {
    all += count * ANY_MS;
    slowest = Math.max(slowest, count * (INTERVALS_MS[call] ?? ANY_MS));
  }
  return Math.max(all, slowest);
}

type Clock = { now(): number; wait(ms: number): Promise<void> };

const WALL: Clock = { now: () => performance.now(), wait: (ms) => delay(ms) };

/**
 * Returns a function that resolves when a call may be made. Calls are made in the order in which they were requested.
 */
export function makePace(clock: Clock = WALL): (call: string) => Promise<void> {
  let next = 0;
  const nextOf = new Map<string, number>();
  return async (call) => {
    const at = Math.max(clock.now(), next, nextOf.get(call) ?? 0);
    next = at + ANY_MS;
    nextOf.set(call, at + (INTERVALS_MS[call] ?? ANY_MS));
    const ms = at - clock.now();
    if (ms > 0) await clock.wait(ms);
  };
}
