/**
 * Writes the logs of stages to files and their traces to X-Ray. Request lines are always written to the gateway's log.
 */
import { join } from 'node:path';
import { ownFolderOf } from '@gatewright/aws/own-folder-of';
import { printMeasurement } from '../../core/events/measurement.ts';
import type { LogGroups, Ports } from '../../core/ports.ts';
import type { GatewayOptions } from '../gateway.ts';

type Opened = LogGroups & { close(): Promise<void> };

const MAX_HELD = 10_000;

/**
 * Log groups whose files are opened when the first line is written. If opening fails, the next line tries again.
 */
export class LateLogGroups implements LogGroups {
  readonly #options: GatewayOptions;
  readonly #openFiles: typeof openLogFiles;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #held: [group: string, line: string][] = [];
  /** The number of lines that were lost because too many lines were waiting. */
  #dropped = 0;
  #reportedFailure: string | undefined;

  constructor(options: GatewayOptions, openFiles = openLogFiles) {
    this.#options = options;
    this.#openFiles = openFiles;
  }

  write(group: string, line: string): void {
    if (this.#opened !== undefined) {
      this.#opened.write(group, line);
      return;
    }
    if (this.#held.length < MAX_HELD) this.#held.push([group, line]);
    else this.#dropped += 1;
    if (this.#opening === undefined) this.#open().catch((error: unknown) => this.#reportFailure(error));
  }

  async close(): Promise<void> {
    // A failure is ignored here, because the call that opened the log groups reports the failure.
    const opened = await this.#opening?.catch(() => undefined);
    this.#reportLost(this.#held.length + this.#dropped, 'the files of the log groups could not be opened');
    await opened?.close();
  }

  #open(): Promise<Opened> {
    return (this.#opening ??= this.#load().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    }));
  }

  async #load(): Promise<Opened> {
    const opened = await this.#openFiles(this.#options);
    for (const [group, line] of this.#held.splice(0)) opened.write(group, line);
    this.#opened = opened;
    this.#reportLost(
      this.#dropped,
      `they were written while the log files were still being opened, and at most ${MAX_HELD} lines can wait`,
    );
    this.#dropped = 0;
    return opened;
  }

  /**
   * Reports why opening failed. Each line tries to open the files again, but the same failure is reported only once.
   */
  #reportFailure(error: unknown): void {
    const failure = error instanceof Error ? error.message : String(error);
    if (failure === this.#reportedFailure) return;
    this.#reportedFailure = failure;
    this.#options.log.write(
      `the files of the log groups cannot be opened; log lines wait for the next attempt: ${failure}`,
    );
  }

  #reportLost(count: number, why: string): void {
    if (count === 0) return;
    this.#options.log.write(`${count} log line${count === 1 ? ' is' : 's are'} lost, because ${why}`);
  }
}

async function openLogFiles({ directory, log }: GatewayOptions): Promise<Opened> {
  const { createLogFiles } = await import('../../services/logs/log-files.ts');
  const report = (message: string): void => log.write(message);
  return createLogFiles({ directory: join(ownFolderOf(directory), 'logs'), report });
}

type Observers = Pick<Ports, 'metrics' | 'traces'> & {
  readonly logGroups: LateLogGroups;
  close(): Promise<void>;
};

export async function openObservers(options: GatewayOptions): Promise<Observers> {
  const logGroups = new LateLogGroups(options);
  const traces = await openTraces(options);
  return {
    logGroups,
    traces,
    metrics:
      options.metrics === true
        ? { write: (one) => logGroups.write('metrics', printMeasurement(one)) }
        : undefined,
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
