/** APIs whose requests are recorded, so that a test can read the explanation of a request. */
import { createSystemClock } from '../../packages/gateway/server/adapters/system-clock.ts';
import { RequestRecords } from '../../packages/gateway/console/records/request-records.ts';
import { anApi } from './an-api.ts';
import type { RequestDetail } from '../../packages/gateway/console/records/model.ts';
import type { TestApi } from './an-api.ts';

export type RecordedApi = TestApi & {
  readonly records: RequestRecords;
  /** The complete record of the newest request. */
  readonly last: () => RequestDetail;
};

export function aRecordedApi(...setup: Parameters<typeof anApi>): RecordedApi {
  return recording(anApi(...setup));
}

/** Records all requests of the API from now on. */
export function recording<Api extends TestApi>(api: Api, limit = 100): Api & RecordedApi {
  const records = new RequestRecords(limit, createSystemClock(), 'key of a test');
  api.ports.records = records;
  return {
    ...api,
    records,
    last() {
      const detail = records.detail('last');
      if (detail === undefined) throw new Error('nothing was recorded');
      return detail;
    },
  };
}

/** The explanation as one string. */
export function storyOf({ story: { headline, sentences, changes } }: RequestDetail): string {
  return [headline, ...sentences, ...changes.map((change) => `→ ${change}`)].join('\n');
}
