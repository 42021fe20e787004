/** Target for MiniStack, `pip install ministack`: pypi.org/project/ministack. */
import { openEmulator, readText } from './emulator.ts';
import type { Target, TargetOptions } from './target.ts';

export function openMinistack(options: TargetOptions): Promise<Target> {
  return openEmulator(
    {
      name: 'ministack',
      program: 'ministack',
      args: () => [],
      environment: (port) => ({ GATEWAY_PORT: String(port) }),
      healthPath: '/_ministack/health',
      invokeUrl: (port) => `http://{api}.execute-api.localhost:${port}/{stage}`,
      lacks: [],
      readVersion: async (endpoint) =>
        /"version":\s*"([^"]+)"/.exec((await readText(`${endpoint}/_ministack/health`)) ?? '')?.[1],
    },
    options,
  );
}
