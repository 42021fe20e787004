/** Where the parts of the stack come from: this checkout, or the npm package (`npm-parts.ts`). */
import { buildLayer, LAYER_DIRECTORY } from './build-layer.ts';
import { packFunctions } from './pack-functions.ts';
import type { OslsFunction } from './pack-functions.ts';

export type PartsOfService = {
  readonly custom?: object;
  readonly functions?: Readonly<Record<string, OslsFunction>>;
};

export interface StackParts {
  /** `layers.packages.path` of serverless.yml. */
  readonly layerPath: string;
  /** Runs before anything is read or packed. */
  prepare(service: PartsOfService): void;
  /** Builds layer and functions, and makes osls upload these archives. */
  pack(service: PartsOfService): Promise<void>;
}

export function checkoutParts(serviceDir: string): StackParts {
  return {
    layerPath: LAYER_DIRECTORY,
    prepare() {},
    async pack({ functions = {} }) {
      await buildLayer(serviceDir);
      await packFunctions(serviceDir, functions);
    },
  };
}
