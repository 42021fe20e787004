/**
 * `plugins: [gatewright/stack]`: deploys the stack of the npm package with the access documents of the service that
 * uses the plug-in.
 */
import { join } from 'node:path';
import { npmParts } from './npm-parts.ts';
import { StackPlugin } from './osls-plugin.ts';
import type { Serverless } from './osls-plugin.ts';
import type { StackParts } from './stack-parts.ts';

class NpmStackPlugin extends StackPlugin {
  protected override partsOf({ serviceDir }: Serverless): StackParts {
    return npmParts(serviceDir, join(import.meta.dirname, '..'));
  }
}

// osls loads a plug-in from its default export.
export { NpmStackPlugin as default };
