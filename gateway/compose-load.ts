/** From sources to what is served, and again whenever a source changes. */
import { watchTemplates } from './adapters/template-watcher.ts';
import { addressOf, controlUrlOf, describeFault } from './compose-parts.ts';
import { loadStacks } from './definition/load.ts';
import { DefinitionError, StartError } from './errors.ts';
import { trustLocalIssuer } from './lambda/local-issuer.ts';
import { readLogSubscription } from './services/log-subscriptions.ts';
import { readTableDefinition } from './services/table-definition.ts';
import type { Parts } from './compose-parts.ts';
import type { UnsupportedItem } from './definition/model.ts';

export async function load(sources: readonly string[], parts: Parts): Promise<void> {
  const { options, runtime, served, store } = parts;
  const stacks = await loadStacks(sources, options);
  const functions = stacks.flatMap((stack) => stack.functions);
  const tables = stacks.map(({ region, resources }) => ({
    region,
    definitions: [...resources.values()]
      .filter((resource) => resource.type === 'AWS::DynamoDB::Table')
      .map((resource) => readTableDefinition(resource)),
  }));
  const prepared = served.prepare(stacks);
  if (options.strict) refuseUnsupported(prepared.unsupported);
  await Promise.all([
    runtime.define(functions.map((definition) => trustLocalIssuer(definition, controlUrlOf(parts)))),
    ...tables.map(({ region, definitions }) => store.createTables(definitions, region)),
  ]);
  prepared.serve();
  const resources = stacks.flatMap((stack) => [...stack.resources.values()]);
  const filters = resources.filter(({ type }) => type === 'AWS::Logs::SubscriptionFilter');
  parts.subscriptions.subscribe(filters.map(readLogSubscription));
}

/** Loads the stacks again whenever one of their files changes; what does not load leaves the old ones in place. */
export function watchStacks(sources: readonly string[], parts: Parts): void {
  const { options, served, addresses, closing } = parts;
  const reload = async (): Promise<void> => {
    const begunMs = performance.now();
    try {
      await load(sources, parts);
      options.onReload({ kind: 'reloaded', what: 'the stacks', tookMs: performance.now() - begunMs });
      const homeless = served.all.filter(({ identity }) => !addresses.has(identity.apiId));
      for (const { identity } of homeless)
        options.log.write(
          `${identity.name} is new: it answers at http://${addressOf(parts, identity.apiId)} until the next start gives it a port`,
        );
    } catch (error) {
      const message = error instanceof DefinitionError ? error.describe() : describeFault(error);
      options.onReload({ kind: 'kept', what: 'the stacks', message });
    }
  };
  let running = Promise.resolve();
  const files = served.stacks.flatMap(({ file, includes }) => [file, ...includes]);
  closing.add(
    watchTemplates(files, () => {
      running = running.then(reload);
    }),
  );
}

/** `--strict`: what would only be named otherwise. */
function refuseUnsupported(items: readonly UnsupportedItem[]): void {
  if (items.length === 0) return;
  const lines = items.map(
    ({ stackName, logicalId, type, property, consequence }) =>
      `  ${stackName}: ${property === undefined ? logicalId : `${logicalId}.${property}`} (${type}): ${consequence}`,
  );
  throw new StartError(
    'UNSUPPORTED',
    `--strict: ${items.length} parts cannot be enforced\n${lines.join('\n')}`,
  );
}
