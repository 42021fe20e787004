/**
 * `plugins: [gatewright/stack]`: the stack of the npm package, deployed with the access documents of the
 * service next to it.
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

// osls takes a plug-in's default export.
export { NpmStackPlugin as default };
