/** Says what a watch shows that ended without a problem. It shows little if few requests reached the stage meanwhile. */
import { ENOUGH_REQUESTS } from './watch.ts';
import type { WatchOptions, Watched } from './watch.ts';

type Counted = Extract<Watched, { kind: 'counted' }>;

type Conclusion = {
  /** `unknown` if there were too few requests to judge the canary, or if it is unknown how many there were. */
  readonly verdict: 'well' | 'unknown';
  readonly text: string;
};

/** @param percent the share of the requests that go to the canary */
export function concludeWatch(
  watched: Watched,
  { forMs, errorPercent }: Pick<WatchOptions, 'forMs' | 'errorPercent'>,
  percent: number,
): Conclusion {
  const span = `${Math.round(forMs / 1000)} s`;
  if (watched.kind === 'refused')
    return {
      verdict: 'unknown',
      text: `the watch found no problem in ${span}, but the requests to the stage could not be counted (${watched.why}), so the watch does not show whether any went to the canary; if some did, run gatewright canary promote to complete it; if not, run gatewright canary rollback`,
    };
  const lacking =
    watched.kind === 'too short'
      ? `CloudWatch counts requests by the minute, and no minute began in these ${span}`
      : describeLack(watched, errorPercent, percent, span);
  if (watched.kind === 'too short' || lacking !== undefined)
    return {
      verdict: 'unknown',
      text: `${lacking}, so the watch does not show whether the canary works; to watch it again, run gatewright canary rollback, and then gatewright canary start with a longer --for; to complete it unwatched, run gatewright canary promote`,
    };
  return {
    verdict: 'well',
    text: `the canary had no problem in ${span}; CloudWatch counted ${requestsOf(watched)} to the stage, about ${Math.round(shareOf(watched, percent))} of them to the canary; to complete it, run gatewright canary promote`,
  };
}

function describeLack(
  watched: Counted,
  errorPercent: number | undefined,
  percent: number,
  span: string,
): string | undefined {
  const { requests, most, stepMinutes } = watched;
  const when = `in the minutes that began in these ${span}`;
  if (requests === 0) return `CloudWatch counted no request to the stage ${when}`;
  const found = `CloudWatch counted only ${requestsOf(watched)} to the stage ${when}`;
  if (shareOf(watched, percent) < 1)
    return `${found}, and with ${percent} % of them probably none to the canary`;
  if (errorPercent === undefined || most >= ENOUGH_REQUESTS * stepMinutes) return undefined;
  const few = `fewer than ${ENOUGH_REQUESTS} in each minute, which --watch-errors does not count`;
  return stepMinutes === 1 || most < ENOUGH_REQUESTS
    ? `${found}, and ${few}`
    : `${found}, and at most ${most} in ${stepMinutes} minutes, so perhaps ${few}`;
}

function shareOf({ requests }: Counted, percent: number): number {
  return (requests * percent) / 100;
}

function requestsOf({ requests }: Counted): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}
