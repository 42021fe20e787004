/** What is asked for: one route of each kind of API, plain and behind a cached authorizer (fixture/serverless.yml). */
import type { Scenario } from './measure.ts';

export const HEADERS = {
  accept: 'application/json',
  'user-agent': 'gatewright-bench',
  'x-request-source': 'bench',
};
const AUTHORIZED = { ...HEADERS, authorization: 'Bearer bench' };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'rest', kind: 'rest', path: '/hello', headers: HEADERS },
  { name: 'rest-authorized', kind: 'rest', path: '/guarded', headers: AUTHORIZED },
  { name: 'http', kind: 'http', path: '/hello', headers: HEADERS },
  { name: 'http-authorized', kind: 'http', path: '/guarded', headers: AUTHORIZED },
];
