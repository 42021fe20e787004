/**
 * The gateways that run on this machine. Each gateway has a file in a folder of its user, with the credentials for the
 * command line. Readers remove the files of killed gateways.
 */
import { isAlive } from '@gatewright/aws/is-alive';
import { userFolder } from '@gatewright/aws/user-folder';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StartError } from '../../core/errors.ts';
import { parseCredentials, type StartCredentials } from './identity-file.ts';
import { isGatewayName } from './model.ts';
import { readSecretFile, writeSecretFile } from './secret-file.ts';

export type RunningGateway = StartCredentials & {
  readonly name: string;
  readonly directory: string;
  readonly pid: number;
};

const OWN_MODE = 0o700;

export function runningFolder(environment: Readonly<Record<string, string | undefined>>): string {
  return join(userFolder(environment), 'running');
}

/** Returns the default name of a gateway, which is made from the name of its folder. */
export function defaultName(directory: string): string {
  return (
    basename(directory)
      .replaceAll(/[^\w.-]+/g, '-')
      .slice(0, 60) || 'gateway'
  );
}

/**
 * Returns the name under which a gateway runs. If a default name is in use, a number is appended. If a chosen name is
 * in use, this is an error.
 * @throws StartError NAME_IN_USE if the chosen name is in use
 */
export async function resolveGatewayName(
  folder: string,
  directory: string,
  chosen: string | undefined,
): Promise<string> {
  const running = await listRunning(folder);
  const taken = (name: string) => running.find((one) => one.name === name);
  if (chosen !== undefined) {
    const other = taken(chosen);
    if (other === undefined) return chosen;
    throw new StartError(
      'NAME_IN_USE',
      `a gateway named ${chosen} is already running (${other.directory}, ${other.controlUrl}); choose another --name`,
    );
  }
  const name = defaultName(directory);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (taken(candidate) === undefined) return candidate;
  }
}

/**
 * Writes the file that announces a gateway.
 * @throws StartError if the folder is a link or cannot be written
 */
export async function announce(
  folder: string,
  gateway: RunningGateway,
): Promise<{ remove(): Promise<void> }> {
  try {
    return await announceIn(folder, gateway);
  } catch (error) {
    if (error instanceof StartError || !(error instanceof Error)) throw error;
    throw new StartError(
      'RUNNING_FOLDER',
      `${folder} cannot be written: ${error.message}; set GATEWRIGHT_HOME to a folder that you own`,
    );
  }
}

async function announceIn(folder: string, gateway: RunningGateway): Promise<{ remove(): Promise<void> }> {
  await mkdir(folder, { recursive: true, mode: OWN_MODE });
  // Attack: another user places a link at this path that points to a folder of that user, who can then read the secrets
  // that are written to the folder.
  if (!(await lstat(folder)).isDirectory())
    throw new StartError('RUNNING_FOLDER', `${folder} is a link or a file, not a folder; remove it`);
  const path = join(folder, `${gateway.pid}-${new URL(gateway.controlUrl).port}.json`);
  await writeSecretFile(path, `${JSON.stringify(gateway)}\n`);
  return { remove: () => rm(path, { force: true }) };
}

export async function listRunning(folder: string): Promise<readonly RunningGateway[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => /^\d+-\d+\.json$/.test(name)).map((name) => readRunning(join(folder, name))),
  );
  return found.filter((one) => one !== undefined).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readRunning(path: string): Promise<RunningGateway | undefined> {
  const text = await readSecretFile(path).catch(() => undefined);
  const gateway = text === undefined ? undefined : parse(text);
  if (gateway !== undefined && isAlive(gateway.pid)) return gateway;
  await rm(path, { force: true }).catch(() => undefined);
  return undefined;
}

function parse(text: string): RunningGateway | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const credentials = parseCredentials(value);
    const { name, directory, pid } = value as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || typeof directory !== 'string' || typeof pid !== 'number')
      return undefined;
    return isGatewayName(name) ? { ...credentials, name, directory, pid } : undefined;
  } catch {
    return undefined;
  }
}
