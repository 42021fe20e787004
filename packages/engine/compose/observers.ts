/** What stages write down of requests, in files and to X-Ray; the request lines go where they always go. */
import { join } from 'node:path';
import type { LogGroups, Ports } from '../../core/ports.ts';
import type { ResolvedResource } from '../../core/stack/model.ts';
import type { LogSubscriptions } from '../../services/logs/log-subscriptions.ts';
import type { GatewayOptions } from '../gateway.ts';

type At = Pick<Ports, 'invoker' | 'clock' | 'random'>;
type Opened = { readonly groups: LogSubscriptions; close(): Promise<void> };

/** Lines that come while the files are being opened; a start that logs more at once has other troubles. */
const MAX_HELD = 10_000;

/** Opened by the first line, or by a subscription of a stack. */
export class LateLogGroups implements LogGroups {
  readonly #options: GatewayOptions;
  readonly #at: At;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #held: [group: string, line: string][] = [];

  constructor(options: GatewayOptions, at: At) {
    this.#options = options;
    this.#at = at;
  }

  write(group: string, line: string): void {
    if (this.#opened !== undefined) {
      this.#opened.groups.write(group, line);
      return;
    }
    if (this.#held.length < MAX_HELD) this.#held.push([group, line]);
    void this.#open();
  }

  async subscribe(filters: readonly ResolvedResource[]): Promise<void> {
    if (filters.length === 0 && this.#opening === undefined) return;
    const { readLogSubscription } = await import('../../services/logs/log-subscriptions.ts');
    (await this.#open()).groups.subscribe(filters.map(readLogSubscription));
  }

  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  #open(): Promise<Opened> {
    return (this.#opening ??= this.#load());
  }

  async #load(): Promise<Opened> {
    const { createLogFiles } = await import('../../services/logs/log-files.ts');
    const { createLogSubscriptions } = await import('../../services/logs/log-subscriptions.ts');
    const report = (message: string): void => this.#options.log.write(message);
    const { directory, accountId } = this.#options;
    const files = createLogFiles({ directory: join(directory, '.gatewright', 'logs'), report });
    const groups = createLogSubscriptions(files, { ...this.#at, accountId, report });
    const opened = {
      groups,
      async close() {
        await groups.close();
        await files.close();
      },
    };
    for (const [group, line] of this.#held.splice(0)) groups.write(group, line);
    this.#opened = opened;
    return opened;
  }
}

type Observers = Pick<Ports, 'metrics' | 'traces'> & {
  readonly logGroups: LateLogGroups;
  close(): Promise<void>;
};

export async function openObservers(options: GatewayOptions, at: At): Promise<Observers> {
  const logGroups = new LateLogGroups(options, at);
  const traces = await openTraces(options);
  return {
    logGroups,
    traces,
    metrics: options.metrics === true ? { write: (line) => logGroups.write('metrics', line) } : undefined,
    async close() {
      traces?.close();
      await logGroups.close();
    },
  };
}

async function openTraces({ xrayDaemon, log }: GatewayOptions) {
  if (xrayDaemon === undefined) return undefined;
  const { createXRayDaemon } = await import('../../services/logs/xray.ts');
  return createXRayDaemon(xrayDaemon, (message) => log.write(message));
}
