/**
 * For services whose calls have a path instead of a name, writes the addresses of the operations that the gateway does
 * not answer: `node --conditions=source lab/tools/operation-addresses.ts --botocore DIR`, with the folder `botocore` of
 * an installed botocore (Apache-2.0). Only facts are copied: methods, paths and required parameters.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ANSWERED } from './operations-page.ts';
import { readBotocoreOption, readModel, readVersion, SERVICE_NAMES } from './service-models.ts';

type Shape = {
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly location?: string; readonly locationName?: string }>>;
};
type Operation = {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string };
  readonly deprecated?: boolean;
};
type Model = {
  readonly metadata: { readonly protocol: string };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
};

const botocore = readBotocoreOption();

const addresses = Object.entries(SERVICE_NAMES).flatMap(([name, [folder, service]]) => {
  const model = readModel(botocore, folder) as Model;
  if (!model.metadata.protocol.startsWith('rest')) return [];
  // A deprecated operation comes after the operation that replaces it, which may have the same address.
  const operations = Object.entries(model.operations).toSorted(
    ([, one], [, other]) => Number(one.deprecated ?? false) - Number(other.deprecated ?? false),
  );
  return operations.flatMap(([operation, { http, input }]) => {
    if (ANSWERED[name]?.includes(operation) === true) return [];
    const [path = '', fixed = ''] = http.requestUri.split('?');
    const { required = [], members = {} } = model.shapes[input?.shape ?? ''] ?? {};
    const needed = required.flatMap((member) => {
      const { location, locationName = member } = members[member] ?? {};
      return location === 'querystring' ? [locationName] : [];
    });
    const parameters = [...new URLSearchParams(fixed).keys(), ...needed];
    const query = parameters.length === 0 ? '' : `?${[...new Set(parameters)].join('&')}`;
    // The name of a bucket may be in the host instead of the path.
    const place = service === 's3' ? path.replace(/^\/\{Bucket\}/, '') || '/' : path;
    return [[`${service} ${http.method}`, `${place.replace(/\{\w+(\+?)\}/g, '{$1}')}${query} ${operation}`]];
  });
});
const lines = [...Map.groupBy(addresses, ([of]) => of)].map(
  ([of, rows]) => `${of} ${rows.map(([, row]) => row).join(' ')}`,
);
const head =
  `/**\n * Written by \`node --conditions=source lab/tools/operation-addresses.ts\` from the API models in botocore ${readVersion(botocore)}.\n` +
  ' * Each line has a service, a method, and pairs: a path with its required parameters, and the name of an operation\n * that the gateway does not answer.\n */\n';
const target = resolve(import.meta.dirname, '../../packages/gateway/kernel/calls/models/addresses.ts');
writeFileSync(target, `${head}export const UNSERVED_ADDRESSES = String.raw\`\n${lines.join('\n')}\n\`;\n`);
console.log(`${addresses.length} operations`);
