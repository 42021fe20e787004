/** An emulator of AWS's APIs. The runner starts it on a free port, unless it already runs (`--endpoint`). */
import { findLack } from './case-needs.ts';
import { anyCredentials, openAccount, openPlace } from './endpoint.ts';
import { freePort, makeFolder, startProcess } from './child-process.ts';
import { LACKS_OF_ENDPOINTS } from './url.ts';
import { makeRole } from '../account/function-role.ts';
import type { Need } from './case-needs.ts';
import type { Target, TargetOptions } from './target.ts';

type Emulator = {
  readonly name: string;
  /** The program, which is found on the PATH unless `--command` names another. */
  readonly program: string;
  args(port: number): readonly string[];
  environment?(port: number): Readonly<Record<string, string>>;
  /** A path that responds once the emulator serves. */
  readonly healthPath: string;
  /**
   * Address of a stage with `{api}` and `{stage}`; undefined means that the emulator does not serve requests to stages.
   */
  invokeUrl(port: number): string | undefined;
  /** Needs that this emulator does not meet, in addition to the needs that no emulator meets. */
  readonly lacks: readonly (readonly [Need, string | undefined])[];
  /** @returns the emulator's version, or undefined if it does not state one */
  readVersion(endpoint: string, program: string): Promise<string | undefined> | string | undefined;
};

export async function openEmulator(emulator: Emulator, options: TargetOptions): Promise<Target> {
  const { name, lacks } = emulator;
  const port = options.endpoint === undefined ? await freePort() : Number(new URL(options.endpoint).port);
  const endpoint = options.endpoint?.replace(/\/$/, '') ?? `http://127.0.0.1:${port}`;
  const stop = options.endpoint === undefined ? await start(emulator, options, port, endpoint) : undefined;
  const invokeUrl = options.invokeUrl ?? emulator.invokeUrl(port);
  const target = openAccount(endpoint, options.region, invokeUrl);
  const access = { endpoint, region: options.region, credentials: anyCredentials };
  let role: Promise<string> | undefined;
  return openPlace({
    name,
    version: await emulator.readVersion(endpoint, options.command?.[0] ?? emulator.program),
    concurrency: 2,
    cannotAsk: (parityCase) => findLack(parityCase, new Map([...LACKS_OF_ENDPOINTS, ...lacks])),
    account: { target, prefix: 'conformance', role: () => (role ??= makeRole(access, 'conformance')) },
    invokeUrl,
    credentials: anyCredentials,
    async close() {
      target.close();
      await stop?.();
      return [];
    },
  });
}

async function start(
  emulator: Emulator,
  { command }: TargetOptions,
  port: number,
  endpoint: string,
): Promise<() => Promise<void>> {
  const [program = emulator.program, ...before] = command ?? [];
  const folder = makeFolder({});
  const started = startProcess({
    program,
    args: [...before, ...emulator.args(port)],
    cwd: folder.path,
    env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', ...emulator.environment?.(port) },
  });
  const stop = async (): Promise<void> => {
    await started.stop();
    folder.remove();
  };
  try {
    await started.until(async () => (await readText(`${endpoint}${emulator.healthPath}`)) !== undefined);
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Returns the text of a response; undefined if nothing responds. */
export async function readText(url: string): Promise<string | undefined> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return await reply.text();
  } catch {
    return undefined;
  }
}
