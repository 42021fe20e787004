/** The AWS SDK, and signed requests where it is not used, as a target of control-plane cases. */
import { openClient } from './service-clients.ts';
import { NotAsked } from './not-asked.ts';
import type { Client, SdkCall, SdkCredentials, SdkService } from './client.ts';
import type { ControlReply, ControlTarget } from '../schema/control-case.ts';

type SdkSettings = {
  /** Undefined means the endpoint of AWS. */
  readonly endpoint: string | undefined;
  /** Returns the address of `@connections`; `stage` is `apiId/name`. */
  readonly stageEndpoint: (stage: string) => string;
  readonly region: string;
  readonly accountId: string;
  readonly credentials: SdkCredentials | (() => Promise<SdkCredentials>);
};

export type SdkTarget = ControlTarget & {
  send(service: SdkService, call: SdkCall): Promise<ControlReply>;
  close(): void;
};

/** @returns the target, with a function that closes its connections */
export function openSdkTarget(settings: SdkSettings): SdkTarget {
  const { region, accountId } = settings;
  const opened = new Map<string, Promise<Client>>();
  const closing: (() => void)[] = [];
  const open = (service: SdkService, stage: string | undefined): Promise<Client> => {
    const endpoint = stage === undefined ? settings.endpoint : settings.stageEndpoint(stage);
    const key = `${service} ${endpoint ?? ''}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const client = openClient(service, { ...settings, endpoint })
      .catch(withoutPackage)
      .then((made) => {
        closing.push(made.close);
        return made;
      });
    opened.set(key, client);
    return client;
  };
  return {
    region,
    accountId,
    async send(service, call) {
      return (await open(service, call.stage)).send(call);
    },
    close() {
      for (const close of closing) close();
    },
  };
}

/**
 * Handles a missing SDK client. The clients are optional peer dependencies of the package, so any of them may be
 * missing.
 */
export function withoutPackage(error: unknown): never {
  if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const name = /'(@(?:aws-sdk|smithy)\/[^']+)'/.exec((error as Error).message)?.[1] ?? 'an AWS SDK client';
  throw new NotAsked(`${name} is not installed`);
}
