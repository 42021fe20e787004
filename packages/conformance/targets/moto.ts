/** Target for moto's server, `pip install 'moto[server]'`: docs.getmoto.org, "Server Mode". */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { openEmulator } from './emulator.ts';
import type { Target, TargetOptions } from './target.ts';

export function openMoto(options: TargetOptions): Promise<Target> {
  return openEmulator(
    {
      name: 'moto',
      program: 'moto_server',
      args: (port) => ['-p', String(port)],
      healthPath: '/moto-api/data.json',
      // moto mocks integrations inside Python programs, but not in its server.
      invokeUrl: () => undefined,
      lacks: [],
      readVersion: (_endpoint, program) => readVersion(program),
    },
    options,
  );
}

/** Reads the version from the Python installation next to the program. */
function readVersion(program: string): string | undefined {
  const python = program.includes('/') ? join(dirname(program), 'python') : 'python3';
  try {
    const args = ['-c', 'from importlib.metadata import version; print(version("moto"))'];
    return execFileSync(python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
