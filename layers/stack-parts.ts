/** The source of the stack's parts: this checkout, or the npm package (`npm-parts.ts`). */
import { join } from 'node:path';
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
  /** Runs before layer and functions are built. */
  prepare(service: PartsOfService): void;
  /** Builds layer and functions, and makes osls upload the resulting archives. */
  pack(service: PartsOfService, packages: PlaceOfPackages): Promise<void>;
}

/** Where third-party packages are: in the layer, or in the functions if the stack has only one part. */
export type PlaceOfPackages = 'layer' | 'functions';

/** Path of the packages inside of the layer's folder. */
export const LAYER_MODULES = 'nodejs/node_modules';

export function checkoutParts(serviceDir: string): StackParts {
  return {
    layerPath: LAYER_DIRECTORY,
    prepare() {},
    async pack({ functions = {} }, packages) {
      await buildLayer(serviceDir);
      const folder = join(serviceDir, LAYER_DIRECTORY, LAYER_MODULES);
      await packFunctions(serviceDir, functions, {
        packagesFrom: packages === 'functions' ? folder : undefined,
      });
    },
  };
}
