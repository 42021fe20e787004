/**
 * Target for LocalStack 2026.3.0, the last open release, without Docker. It starts with Python 3.13 and
 * `pip install 'localstack-core[runtime]' 'cbor2<5.9' 'pyopenssl==25.3.0' 'cryptography<47' service_identity`. With Python
 * 3.11, or newer versions of these packages, it ends with "No component plugins found" or an AttributeError.
 */
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
