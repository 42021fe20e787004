/**
 * For services whose calls name their operation or have headers, writes the members of the operations that the gateway
 * answers: `node --conditions=source lab/tools/write-operation-members.ts --botocore DIR`, with the folder `botocore`
 * of an installed botocore (Apache-2.0). Only names are copied.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { READERS } from './member-readers.ts';
import { ANSWERED } from './operations-page.ts';
import { readBotocoreOption, readModel, readVersion, SERVICE_NAMES } from './service-models.ts';

type Member = { readonly location?: string; readonly locationName?: string };
type Model = {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, { readonly members?: Readonly<Record<string, Member>> }>>;
};

const botocore = readBotocoreOption();

const lines = Object.keys(READERS).flatMap((service) => {
  const [folder = ''] = SERVICE_NAMES[service] ?? [];
  const { operations, shapes } = readModel(botocore, folder) as Model;
  const answered = ANSWERED[service] ?? [];
  return answered.toSorted().flatMap((operation) => {
    const members = Object.entries(shapes[operations[operation]?.input?.shape ?? '']?.members ?? {});
    const names = members.map(([name, { location, locationName = name }]) =>
      location === 'header' || location === 'querystring' ? `${name}=${locationName}` : name,
    );
    return names.length === 0 ? [] : [`${service}: ${operation} ${names.join(' ')}`];
  });
});
const head =
  `/**\n * Written by \`node --conditions=source lab/tools/write-operation-members.ts\` from the API models in botocore ${readVersion(botocore)}.\n` +
  ' * Each line has a service, an operation, and its members; `Member=name` is a header or a parameter of the query.\n */\n';
const target = resolve(import.meta.dirname, 'operation-members.ts');
writeFileSync(target, `${head}export const OPERATION_MEMBERS = \`\n${lines.join('\n')}\n\`;\n`);
console.log(`${lines.length} operations`);
