/**
 * Writes the errors that AWS's API models declare for the operations that the gateway answers:
 * `node --conditions=source lab/tools/error-models.ts --botocore DIR`, with the folder `botocore` of an installed
 * botocore (Apache-2.0). Only facts are copied: codes, statuses and names of members.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ANSWERED } from './operations-page.ts';
import { readBotocoreOption, readModel, readVersion, SERVICE_NAMES } from './service-models.ts';

type Shape = {
  readonly members?: Readonly<Record<string, { readonly location?: string; readonly locationName?: string }>>;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
};
type Model = {
  readonly metadata: { readonly protocol: string };
  readonly operations: Readonly<
    Record<string, { readonly errors?: readonly { readonly shape: string }[] } | undefined>
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
};

const botocore = readBotocoreOption();

const lines = Object.entries(SERVICE_NAMES).flatMap(([name, [folder, service]]) => {
  const model = readModel(botocore, folder) as Model;
  const named = (ANSWERED[name] ?? []).flatMap((one) => model.operations[one]?.errors ?? []);
  const codes = [...new Set(named.map(({ shape }) => shape))].toSorted();
  const rows = codes.map((code): readonly [facts: string, code: string] => {
    const shape = model.shapes[code] ?? {};
    // Services with the query protocol name an error by its code, and all other services by its shape.
    const isQuery = model.metadata.protocol === 'query';
    const members = Object.entries(shape.members ?? {}).flatMap(([member, { location, locationName }]) =>
      location === undefined ? [locationName ?? member] : [],
    );
    const facts = JSON.stringify({ service, status: shape.error?.httpStatusCode, members });
    return [facts, isQuery ? (shape.error?.code ?? code) : code];
  });
  return [...Map.groupBy(rows, ([facts]) => facts)].map(([facts, of]) =>
    JSON.stringify({ ...(JSON.parse(facts) as object), codes: of.map(([, code]) => code) }),
  );
});
const head =
  `/**\n * Written by \`node --conditions=source lab/tools/error-models.ts\` from the API models in botocore ${readVersion(botocore)}.\n` +
  ' * Each line has errors of a service that have the same status and members; kernel/calls/error-shapes.ts reads them.\n */\n';
const target = resolve(import.meta.dirname, '../../packages/gateway/kernel/calls/models/errors.ts');
writeFileSync(target, `${head}export const ERROR_SHAPES: string = String.raw\`\n${lines.join('\n')}\n\`;\n`);
console.log(`${lines.length} lines`);
