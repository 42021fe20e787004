/** A whole gateway in this process, on free ports, for one template. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGateway } from '../../packages/gateway/engine/index.ts';
import type { Gateway, GatewayOptions, Listening } from '../../packages/gateway/engine/index.ts';

export const GATEWAY_ADMIN = { accessKeyId: 'AKIALOCAL0000ADMIN', secretAccessKey: 'admin-secret-of-a-test' };

/**
 * The options of a gateway on free ports that prints nothing. A test adds its folder, its key, and the options that it
 * tests.
 */
export const QUIET_GATEWAY = {
  stage: 'dev',
  region: 'us-east-1',
  accountId: '123456789012',
  host: '127.0.0.1',
  port: 0,
  controlPort: 0,
  allowHosts: [],
  parameters: {},
  environment: {},
  dynamodb: { kind: 'none' },
  strict: false,
  accountThrottle: false,
  reload: false,
  log: { write: () => undefined },
  functionLog: () => undefined,
  onProgress: () => undefined,
  onReload: () => undefined,
} as const satisfies Omit<GatewayOptions, 'directory' | 'adminKey'>;

export type StartedGateway = {
  readonly gateway: Gateway;
  readonly listening: Listening;
  /** The lines that the gateway has logged. */
  readonly lines: readonly string[];
  /** Address of the only API of this kind. */
  urlOf(kind: 'rest' | 'http'): string;
  close(): Promise<void>;
};

/**
 * @param files by name, in the folder of the template
 * @param more sections of the template
 * @param others those of `files` that are templates of further stacks
 */
export async function aGateway(
  Resources: object,
  options: Partial<GatewayOptions> = {},
  files: Readonly<Record<string, string>> = {},
  more: object = {},
  others: readonly string[] = [],
): Promise<StartedGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'gatewright-gateway-'));
  const template = join(directory, 'template.json');
  writeFileSync(template, JSON.stringify({ Resources, ...more }, undefined, 2));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const lines: string[] = [];
  const gateway = await createGateway({
    ...QUIET_GATEWAY,
    region: 'eu-west-1',
    directory,
    adminKey: GATEWAY_ADMIN,
    log: { write: (line) => lines.push(line) },
    functionLog: ({ message }) => lines.push(message),
    ...options,
  });
  const close = async (): Promise<void> => {
    await gateway.close();
    rmSync(directory, { recursive: true });
  };
  try {
    await gateway.load([template, ...others.map((name) => join(directory, name))]);
    const listening = await gateway.listen();
    return {
      gateway,
      listening,
      lines,
      close,
      urlOf(kind) {
        const api = listening.apis.find((candidate) => candidate.kind === kind);
        if (api === undefined) throw new Error(`no ${kind} API is served`);
        return api.url;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
