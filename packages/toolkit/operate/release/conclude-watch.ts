/** Says what a watch shows that ended without a problem: little, if hardly any request reached the stage meanwhile. */
import { ENOUGH_REQUESTS } from './watch.ts';
import type { WatchOptions, Watched } from './watch.ts';

type Conclusion = {
  /** `unknown` if there were too few requests to judge the canary. */
  readonly verdict: 'well' | 'unknown';
  readonly text: string;
};

/** @param percent the share of the requests that go to the canary */
export function concludeWatch(
  watched: Watched | undefined,
  { forMs, errorPercent }: Pick<WatchOptions, 'forMs' | 'errorPercent'>,
  percent: number,
): Conclusion {
  const span = `in ${Math.round(forMs / 1000)} s`;
  const lacking = watched === undefined ? undefined : describeLack(watched, errorPercent, percent, span);
  if (lacking !== undefined)
    return {
      verdict: 'unknown',
      text: `${lacking}, so the watch does not show whether the canary works; to watch it again, run gatewright canary rollback, and then gatewright canary start with a longer --for; to complete it unwatched, run gatewright canary promote`,
    };
  const seen =
    watched === undefined
      ? ''
      : `; CloudWatch counted ${requestsOf(watched)} to the stage, about ${Math.round(shareOf(watched, percent))} of them to the canary`;
  return {
    verdict: 'well',
    text: `the canary had no problem ${span}${seen}; to complete it, run gatewright canary promote`,
  };
}

function describeLack(
  watched: Watched,
  errorPercent: number | undefined,
  percent: number,
  span: string,
): string | undefined {
  if (watched.requests === 0) return `CloudWatch counted no request to the stage ${span}`;
  const found = `CloudWatch counted only ${requestsOf(watched)} to the stage ${span}`;
  if (shareOf(watched, percent) < 1)
    return `${found}, and with ${percent} % of them probably none to the canary`;
  return errorPercent !== undefined && watched.most < ENOUGH_REQUESTS
    ? `${found}, and fewer than ${ENOUGH_REQUESTS} in each minute, which --watch-errors does not count`
    : undefined;
}

function shareOf({ requests }: Watched, percent: number): number {
  return (requests * percent) / 100;
}

function requestsOf({ requests }: Watched): string {
  return requests === 1 ? '1 request' : `${requests} requests`;
}
