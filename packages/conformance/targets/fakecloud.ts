/** Target for fakecloud: fakecloud.dev/docs/getting-started. */
import { openEmulator, readText } from './emulator.ts';
import type { Target, TargetOptions } from './target.ts';

export function openFakecloud(options: TargetOptions): Promise<Target> {
  return openEmulator(
    {
      name: 'fakecloud',
      program: 'fakecloud',
      args: (port) => ['--addr', `127.0.0.1:${port}`],
      healthPath: '/_fakecloud/health',
      invokeUrl: (port) => `http://{api}.execute-api.localhost:${port}/{stage}`,
      lacks: [],
      readVersion: async (endpoint) =>
        /"version":\s*"([^"]+)"/.exec((await readText(`${endpoint}/_fakecloud/health`)) ?? '')?.[1],
    },
    options,
  );
}
