/** Target for LocalStack 2026.3.0, the last open release, without Docker: `pip install 'localstack-core[runtime]'`. */
import { openEmulator, readText } from './emulator.ts';
import type { Target, TargetOptions } from './target.ts';

export function openLocalstack(options: TargetOptions): Promise<Target> {
  return openEmulator(
    {
      name: 'localstack',
      program: 'localstack-supervisor',
      args: () => [],
      environment: (port) => ({ GATEWAY_LISTEN: `127.0.0.1:${port}`, EAGER_SERVICE_LOADING: '0' }),
      healthPath: '/_localstack/health',
      invokeUrl: (port) => `http://127.0.0.1:${port}/_aws/execute-api/{api}/{stage}`,
      lacks: [['addresses', 'LocalStack serves each stage only below its own path']],
      readVersion: async (endpoint) =>
        /"version":\s*"([^"]+)"/.exec((await readText(`${endpoint}/_localstack/health`)) ?? '')?.[1],
    },
    options,
  );
}
