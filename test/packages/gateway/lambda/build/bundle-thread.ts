/** Answers what the handler of a bundle returns, or its error. */
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';

import type { BundleCode } from '../../../../../packages/gateway/lambda/thread/instance-start.ts';
import { OWN_PACKAGES } from '../../../../../packages/gateway/lambda/code/runtime-packages.ts';
import {
  evaluateBundles,
  readBundles,
} from '../../../../../packages/gateway/lambda/worker/evaluate-bundle.ts';
import { hookModules } from '../../../../../packages/gateway/lambda/worker/modules.ts';

const { code, taskRoot } = workerData as { readonly code: BundleCode; readonly taskRoot: string };
const bundles = readBundles(code);
hookModules({
  layers: [],
  runtime: 'nodejs24.x',
  runtimePackages: OWN_PACKAGES,
  taskRoot,
  bundles: new Map(bundles.map(({ address, text }) => [pathToFileURL(address).href, text])),
  isModule: code.format === 'esm',
  onBuiltin: () => undefined,
  onLoad: () => undefined,
});
async function answer(): Promise<unknown> {
  const { handler } = (await evaluateBundles(code, bundles)) as { readonly handler: () => Promise<unknown> };
  return await handler();
}
parentPort?.postMessage(await answer().catch(String));
