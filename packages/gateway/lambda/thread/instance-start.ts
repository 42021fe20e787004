import type { MessagePort } from 'node:worker_threads';

import type { LogLevel } from '../log-line.ts';
import type { LayerDefinition } from '../../core/stack/function.ts';
import type { OwnApis } from '../own-apis.ts';
import type { RuntimePackages } from '../code/runtime-packages.ts';

export type BundleFile = {
  readonly file: string;
  /** Path of the source map; undefined if the file contains it, for debuggers. */
  readonly mapComment: string | undefined;
  /** Absolute path next to the source file, as which the code is evaluated; it need not exist. */
  readonly address: string;
};

/** A property of the global object with functions, by file, that load the packages of a bundle. */
export const PACKAGES_SYMBOL = 'gatewright.packages';

export type HandlerCode = { readonly kind: 'file'; readonly file: string } | BundleCode;

/** A bundle, evaluated at the path that it would have in the deployed package. */
export type BundleCode = {
  readonly kind: 'bundle';
  readonly own: BundleFile;
  /** Packages of the bundle that are bundled separately from `own`. */
  readonly packages: BundleFile | undefined;
  readonly format: 'esm' | 'cjs';
  /** Give an ESM bundle `require`, `__dirname` and `__filename`, for CommonJS packages bundled into it. */
  readonly withRequire: boolean;
  /** Directory of V8's code cache; absent for small bundles, which do not benefit. */
  readonly compileCache: string | undefined;
};

export type InstanceStart = {
  /** Events in, responses out: JSON text, in order. */
  readonly port: MessagePort;
  /** `InstanceReport`s out, `PartReceipt`s in. */
  readonly reports: MessagePort;
  readonly board: SharedArrayBuffer;
  /** One Float64: milliseconds by which the virtual clock is ahead. */
  readonly clockOffset: SharedArrayBuffer;
  readonly requestIdSeed: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly runtime: string;
  readonly memorySizeMb: number;
  readonly timeoutMs: number;
  /**
   * The value that `StoppableDeadlines` keeps: the total time for which debuggers have paused functions; undefined: no
   * debuggers.
   */
  readonly stoodMs: SharedArrayBuffer | undefined;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly code: HandlerCode;
  readonly sourceMaps: boolean;
  readonly layers: readonly LayerDefinition[];
  readonly runtimePackages: RuntimePackages;
  readonly controlUrl: string | undefined;
  /** Access key id with which the function signs. */
  readonly accessKeyId: string;
  readonly standIns: readonly string[];
  readonly ownApis: OwnApis | undefined;
};

/** The data of a thread that boots before its code is built; its `LateStart` follows as a message. */
export type WaitingStart = {
  readonly kind: 'waiting';
  /** Modules of Node.js that the previous code imported. */
  readonly builtins: readonly string[];
};

export type LateStart = {
  readonly start: InstanceStart;
  /** The complete environment of the function. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Messages of an instance other than responses. */
export type InstanceReport =
  | { readonly kind: 'ready' }
  /**
   * Part of the streamed response to the event of this number; acknowledged on the same port by a
   * `PartReceipt`.
   */
  | {
      readonly kind: 'part';
      readonly sequence: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly contentType?: string | undefined;
    }
  /** `payload` is Lambda's error JSON. */
  | { readonly kind: 'init-failed'; readonly payload: string }
  | {
      readonly kind: 'line';
      readonly level: LogLevel | undefined;
      readonly stream: 'stdout' | 'stderr';
      readonly requestId: string | undefined;
      readonly epochMs: number;
      readonly message: string;
    };

/** The gateway has read bytes of the streamed response to the event of this number. */
export type PartReceipt = { readonly sequence: number; readonly bytes: number };

export function readThreadStart(data: unknown): InstanceStart | WaitingStart {
  return data as InstanceStart | WaitingStart;
}

export function readLateStart(message: unknown): LateStart {
  return message as LateStart;
}

export function readInstanceReport(message: unknown): InstanceReport {
  return message as InstanceReport;
}

export type OwnStart = Pick<InstanceStart, 'port' | 'reports' | 'board' | 'clockOffset' | 'requestIdSeed'>;

export function readProcessStart(text: string, own: OwnStart): InstanceStart {
  return { ...(JSON.parse(text) as Omit<InstanceStart, keyof OwnStart>), ...own };
}
