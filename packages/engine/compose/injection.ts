import type { Base } from './base.ts';
import type { Parts } from './parts.ts';

/** Faults of `--faults`; a start without the option loads nothing of them. @throws StartError, DefinitionFaults */
export async function openInjection(base: Base, parts: () => Parts): Promise<Parts['injection']> {
  const { options, closing } = base;
  if (options.faults === undefined) return undefined;
  const { openFaults } = await import('../faults/open-faults.ts');
  const injection = openFaults(options.faults, { ...base, runtime: () => parts().runtime });
  closing.add(() => injection.close());
  return injection;
}
