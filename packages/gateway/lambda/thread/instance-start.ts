import type { MessagePort } from 'node:worker_threads';

import type { LogLevel } from '../function-log-line.ts';
import type { LayerDefinition } from '../../core/stack/function.ts';
import type { OwnApis } from '../own-apis.ts';
import type { RuntimePackages } from '../code/runtime-packages.ts';

export type BundleFile = {
  readonly file: string;
  /** The comment that refers to the source map; undefined if the file itself contains the map, which debuggers need. */
  readonly mapComment: string | undefined;
  /** The absolute path at which the code is evaluated, next to the source file. The path need not exist. */
  readonly address: string;
};

/**
 * The key of a symbol, which names a property of the global object. The property contains the functions that load the
 * packages of bundles, by the path of the file.
 */
export const PACKAGES_SYMBOL = 'gatewright.packages';

export type HandlerCode = { readonly kind: 'file'; readonly file: string } | BundleCode;

/** A bundle, evaluated at the path that it would have in the deployed package. */
export type BundleCode = {
  readonly kind: 'bundle';
  readonly own: BundleFile;
  /** The packages of the bundle, if they are bundled separately from `own`. */
  readonly packages: BundleFile | undefined;
  readonly format: 'esm' | 'cjs';
  /** Whether an ESM bundle gets `require`, `__dirname` and `__filename`, for CommonJS packages in the bundle. */
  readonly withRequire: boolean;
  /** The folder of V8's code cache; undefined for small bundles, because the cache does not make them faster. */
  readonly compileCache: string | undefined;
};

export type InstanceStart = {
  /** Carries the events and responses that do not fit into the memory of `board`, and wakes an idle receiver. */
  readonly port: MessagePort;
  /** Carries `InstanceReport`s out and `PartReceipt`s in. */
  readonly reports: MessagePort;
  readonly board: SharedArrayBuffer;
  /** A buffer with one Float64, which is the offset of the virtual clock in milliseconds. */
  readonly clockOffset: SharedArrayBuffer;
  readonly requestIdSeed: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly runtime: string;
  readonly memorySizeMb: number;
  readonly timeoutMs: number;
  /**
   * The shared memory of `StoppableDeadlines`. It contains the time for which debuggers have paused functions.
   * Undefined means that debugging is off.
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
  /** The access key id with which the function signs. */
  readonly accessKeyId: string;
  readonly standIns: readonly string[];
  readonly ownApis: OwnApis | undefined;
  /** Whether only temporary files can be written, as in Lambda. */
  readonly readOnly: boolean;
};

/** The data of a thread that boots before its code is built. Its `LateStart` follows as a message. */
export type WaitingStart = {
  readonly kind: 'waiting';
  /** The modules of Node.js that the previous code imported. */
  readonly builtins: readonly string[];
};

export type LateStart = {
  readonly start: InstanceStart;
  /** The complete environment of the function. */
  readonly environment: Readonly<Record<string, string>>;
};

/** The messages that an instance sends, except responses. */
export type InstanceReport =
  | { readonly kind: 'ready' }
  /**
   * A part of the streamed response to the event with this number. A `PartReceipt` on the same port acknowledges the
   * part.
   */
  | {
      readonly kind: 'part';
      readonly sequence: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly contentType?: string | undefined;
    }
  /** The files of modules that the function has loaded, without installed packages. */
  | { readonly kind: 'loaded'; readonly files: readonly string[] }
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

/** Reports that the gateway has read bytes of the streamed response to the event with this number. */
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
