/** The plan of a run on AWS: calls, names, time and cost. It creates nothing. */
import { stepsOf, asText } from '../schema/parity-case.ts';
import { isControlCase } from '../schema/read-cases.ts';
import { durationMs } from './pace.ts';
import { PREFIX } from './own-names.ts';
import type { AnyCase } from '../schema/control-case.ts';
import type { ParityCase } from '../schema/parity-case.ts';

/**
 * Prices in US dollars, for us-east-1 and the first tier, without the free tier: aws.amazon.com/api-gateway/pricing and
 * aws.amazon.com/lambda/pricing.
 */
const PRICES = { rest: 3.5e-6, http: 1e-6, websocket: 1e-6, invocation: 2e-7 };

type Plan = {
  readonly cases: number;
  readonly calls: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly dollars: number;
  readonly durationMs: number;
};

/** For each call that creates a resource, the call that deletes it. Other resources are deleted with their parent. */
const DELETED_BY: Readonly<Record<string, string>> = {
  CreateRestApi: 'DeleteRestApi',
  ImportRestApi: 'DeleteRestApi',
  CreateApi: 'DeleteApi',
  ImportApi: 'DeleteApi',
  CreateApiKey: 'DeleteApiKey',
  CreateUsagePlan: 'DeleteUsagePlan',
  CreateQueue: 'DeleteQueue',
  CreateDomainName: 'DeleteDomainName',
};

/** @param cases the cases that will run */
export function planRun(cases: readonly AnyCase[]): Plan {
  const calls = new Map<string, number>();
  const add = (call: string, count = 1): void => {
    if (count > 0) calls.set(call, (calls.get(call) ?? 0) + count);
    const removal = DELETED_BY[call];
    if (removal !== undefined && count > 0) calls.set(removal, (calls.get(removal) ?? 0) + count);
  };
  let [requests, dollars] = [0, 0];
  for (const one of cases) {
    if (isControlCase(one)) {
      for (const { call } of [...one.setup.calls, one.request]) add(call);
      continue;
    }
    const sent = countRequests(one);
    requests += sent;
    dollars += sent * (PRICES[one.api] + PRICES.invocation * 2);
    addFragment(one, add);
  }
  return { cases: cases.length, calls, requests, dollars, durationMs: durationMs(calls) };
}

function countRequests(parityCase: ParityCase): number {
  return stepsOf(parityCase).reduce((sum, { request }) => sum + 1 + (request.frames?.length ?? 0), 0);
}

function addFragment({ api, setup }: ParityCase, add: (call: string, count?: number) => void): void {
  const functions = Object.keys(setup.functions ?? {}).length;
  add('CreateFunction', functions);
  add('DeleteFunction', functions);
  add('AddPermission', functions);
  add('CreateApiKey', Object.keys(setup.apiKeys ?? {}).length);
  add('CreateUsagePlan', Object.keys(setup.usagePlans ?? {}).length);
  add('CreateAuthorizer', Object.keys(setup.authorizers ?? {}).length);
  add('CreateModel', Object.keys(setup.models ?? {}).length);
  if (api === 'rest') {
    add('CreateRestApi');
    const methods = setup.methods ?? [];
    const paths = new Set(methods.flatMap(({ path }) => prefixesOf(asText(path))));
    add('CreateResource', paths.size);
    add('PutMethod', methods.length);
    add('PutIntegration', methods.length);
  } else {
    add('CreateApi');
    add('CreateRoute', (setup.routes ?? []).length);
    add('CreateIntegration', (setup.routes ?? []).length);
  }
  if (api !== 'http') add('CreateDeployment');
  add('CreateStage');
}

function prefixesOf(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

export function printPlan(plan: Plan, runId: string): string {
  const calls = [...plan.calls].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  const minutes = Math.ceil(plan.durationMs / 60_000);
  return [
    ...calls.map(([call, count]) => `${String(count).padStart(6)} ${call}`),
    '',
    `cases: ${plan.cases}, requests to deployed APIs: ${plan.requests}`,
    `the names of all resources begin with ${PREFIX}${runId}; all resources are removed at the end`,
    `cost: about $${plan.dollars.toFixed(4)} without the free tier; control plane calls are free`,
    `time: about ${minutes} min at the rate that AWS's quotas allow; DeleteRestApi may be called once every 30 s`,
  ].join('\n');
}
