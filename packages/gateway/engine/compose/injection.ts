import { jsonReply, readFields } from '../../core/api-call.ts';
import type { MoreEndpoints } from '../../server/control-port/local-endpoints.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';

/**
 * Opens the faults of `--faults`. The code for faults is loaded only if the option is given.
 * @throws StartError if faults cannot be used; DefinitionFaults if the file contains faulty rules
 */
export async function openInjection(base: Base, parts: () => Parts): Promise<Parts['injection']> {
  const { options, closing } = base;
  if (options.faults === undefined) return undefined;
  const { openFaults } = await import('../faults/open-faults.ts');
  const injection = openFaults(options.faults, { ...base, runtime: () => parts().runtime });
  closing.add(() => injection.close());
  return injection;
}

/**
 * Opens the endpoint with which the console switches a rule on or off:
 * `POST console/faults {"rule": 2, "isOn": false}`.
 */
export function openFaultsApi({ injection }: Pick<Parts, 'injection'>): MoreEndpoints {
  return (request, path) => {
    if (path !== 'console/faults' || request.method !== 'POST') return Promise.resolve(undefined);
    const fields = readFields(request, ['rule', 'isOn']);
    const [rule, isOn] = [fields?.get('rule'), fields?.get('isOn')];
    if (typeof rule !== 'number' || typeof isOn !== 'boolean')
      return Promise.resolve(jsonReply(400, { message: 'Expected {"rule": number, "isOn": true or false}' }));
    if (injection?.rules.turn(rule, isOn) !== true)
      return Promise.resolve(jsonReply(404, { message: `There is no fault rule ${rule}.` }));
    return Promise.resolve(jsonReply(200, { faults: injection.rules.rows }));
  };
}
