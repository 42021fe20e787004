/** Builders for the tests of toolchains: machines that have the given programs, and what is found on them. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';

import { NO_LENDING } from '../../../../../packages/gateway/lambda/lent/lending.ts';
import { toolchainsOf } from '../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import type { Launch } from '../../../../../packages/gateway/lambda/process/launch.ts';
import type { Machine } from '../../../../../packages/gateway/lambda/process/machine.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

/** Programs by name, each a script. */
export function aMachine(
  programs: Readonly<Record<string, string>>,
  home = aFolder({}),
  changes: Partial<Machine> = {},
): Machine {
  const bin = aFolder(programs);
  for (const name of Object.keys(programs)) chmodSync(join(bin, name), 0o755);
  return { environment: { PATH: bin }, home, platform: 'linux', architecture: 'x64', ...changes };
}

type Found = {
  readonly launch: Launch | undefined;
  readonly messages: string;
  readonly folder: string | undefined;
};

export async function find(
  machine: Machine,
  taskRoot: string,
  runtime: string,
  handler: string,
  built: readonly string[] = [],
): Promise<Found> {
  const folder = aFolder({});
  const setup = { runDirectory: folder, cacheDirectory: folder, lender: NO_LENDING };
  const look = toolchainsOf(machine, setup, undefined);
  const place = { file: join(taskRoot, 'template.yml'), line: 1 };
  const definition = aFolderFunction(taskRoot, handler, { runtime, place, name: 'f' });
  const found = await look(definition, taskRoot, built);
  if (found.kind === 'missing')
    return { launch: undefined, messages: found.error.message, folder: undefined };
  const messages = found.findings.map(({ error }) => error.message).join('\n');
  // Go would be compiled.
  const launch =
    runtime.startsWith('provided') && found.folder !== undefined ? undefined : await found.launch();
  return { launch, messages, folder: found.folder };
}
