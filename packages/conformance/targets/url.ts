/** Target for any endpoint that offers AWS's APIs at a URL. Requests to deployed stages need `--invoke-url`. */
import { findLack } from './case-needs.ts';
import { anyCredentials, openAccount, openPlace } from './endpoint.ts';
import { NotAsked } from '../play/not-asked.ts';
import type { Need } from './case-needs.ts';
import type { Target, TargetOptions } from './target.ts';

/** Needs that no target meets if only its address is known. */
export const LACKS_OF_ENDPOINTS: readonly (readonly [Need, string | undefined])[] = [
  ['awsBackend', undefined],
  ['clock', undefined],
  ['domains', undefined],
  ['identities', undefined],
  ['signature', undefined],
  ['waf', undefined],
  ['alarms', undefined],
  ['cloudfront', undefined],
  ['accessLog', undefined],
  ['canary', undefined],
  ['permissions', undefined],
];

export function openUrl({ endpoint = '', region, invokeUrl }: TargetOptions): Target {
  const address = endpoint.replace(/\/$/, '');
  const target = openAccount(address, region, invokeUrl);
  return openPlace({
    name: address,
    version: undefined,
    concurrency: 4,
    cannotAsk: (parityCase) => findLack(parityCase, new Map(LACKS_OF_ENDPOINTS)),
    account: {
      target,
      prefix: 'conformance',
      role: () =>
        Promise.reject(new NotAsked('the runner cannot create functions if the target is only a URL')),
    },
    invokeUrl,
    credentials: anyCredentials,
    close() {
      target.close();
      return Promise.resolve([]);
    },
  });
}
