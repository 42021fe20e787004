/** Opens targets by name. Each target's file is loaded only when needed. */
import type { Target, TargetOptions } from './target.ts';

type Open = (options: TargetOptions) => Promise<Target> | Target;

const TARGETS: Readonly<Record<string, () => Promise<Open>>> = {
  gatewright: async () => (await import('./gatewright.ts')).openGatewright,
  'serverless-offline': async () => (await import('./serverless-offline.ts')).openServerlessOffline,
  moto: async () => (await import('./moto.ts')).openMoto,
  ministack: async () => (await import('./ministack.ts')).openMinistack,
  localstack: async () => (await import('./localstack.ts')).openLocalstack,
  fakecloud: async () => (await import('./fakecloud.ts')).openFakecloud,
  aws: async () => (await import('./aws.ts')).openAws,
};

export const TARGET_NAMES = Object.keys(TARGETS);

/** @param name one of `TARGET_NAMES`, or the URL of another endpoint that offers AWS's APIs */
export async function openTarget(name: string, options: TargetOptions): Promise<Target> {
  const load = TARGETS[name];
  if (load !== undefined) return (await load())(options);
  if (!/^https?:/.test(name) || !URL.canParse(name))
    throw new Error(`unknown target "${name}"; expected one of ${TARGET_NAMES.join(', ')}, or a URL`);
  return (await import('./url.ts')).openUrl({ ...options, endpoint: name });
}
