/**
 * Packages the stack for a deploy tool: one compiled template with its archives, and the files that the tool
 * needs.
 */
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asText, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { printBucketTemplate } from './forms/bucket-template.ts';
import { FORM_VARIABLE, listPacked, removeBucket } from './forms/portable-template.ts';
import type { PortableTemplate } from './forms/portable-template.ts';
import { printSamConfig, printSamTemplate } from './forms/sam-template.ts';
import { printTerraformModule } from './forms/terraform-module.ts';
import { listArtefacts, packageService, TEMPLATE } from './package-service.ts';
import type { Packaged, PackageRequest } from './package-service.ts';

/**
 * The forms of a package. `serverless` is what `serverless deploy` uploads; the other forms are what the other tools
 * accept.
 */
export const FORMS = ['serverless', 'sam', 'cdk', 'terraform'] as const;
export type Form = (typeof FORMS)[number];

const STATE = 'serverless-state.json';
const CODE = 'code';

export async function packageForm(form: Form, request: PackageRequest): Promise<Packaged> {
  if (form === 'serverless') return packageService(request);
  const { outputDirectory: folder, environment } = request;
  const packaged = await packageService({
    ...request,
    environment: { ...environment, [FORM_VARIABLE]: form },
  });
  if (packaged.kind === 'failed') return packaged;
  const template = JSON.parse(await readFile(join(folder, TEMPLATE), 'utf8')) as PortableTemplate;
  const stackName = stackNameOf(await readFile(join(folder, STATE), 'utf8'), request.stage);
  removeBucket(template);
  const names = await nameArchives(folder, template);
  await removeFiles(folder);
  for (const [name, text] of filesOf(form, template, { stackName, names }))
    await writeFile(join(folder, name), text);
  return { ...packaged, artefacts: await listArtefacts(folder) };
}

type Names = { readonly stackName: string; readonly names: ReadonlyMap<string, string> };

function filesOf(
  form: Exclude<Form, 'serverless'>,
  template: PortableTemplate,
  { stackName, names }: Names,
): readonly (readonly [string, string])[] {
  const nameOf = (archive: string): string => names.get(archive) ?? archive;
  if (form === 'sam')
    return [
      ['template.yaml', printSamTemplate(template, (archive) => `${CODE}/${nameOf(archive)}`)],
      ['samconfig.toml', printSamConfig(stackName)],
    ];
  const printed = ['template.json', printBucketTemplate(template, nameOf)] as const;
  return form === 'cdk' ? [printed] : [printed, ['main.tf', printTerraformModule(stackName)]];
}

/**
 * Names each archive by a hash of its content. A tool then uploads only what has changed, and the archives that a
 * rollback needs keep their names.
 */
async function nameArchives(
  folder: string,
  template: PortableTemplate,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(join(folder, CODE));
  const names = new Map<string, string>();
  for (const archive of new Set(listPacked(template).map((one) => one.archive))) {
    const file = join(folder, archive);
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const name = archive.replace(/\.zip$/, `-${digest.slice(0, 16)}.zip`);
    await rename(file, join(folder, CODE, name));
    names.set(archive, name);
  }
  return names;
}

/** Removes the files that osls leaves for its own deployment. */
async function removeFiles(folder: string): Promise<void> {
  for await (const name of glob('*.{json,zip}', { cwd: folder })) await rm(join(folder, name));
}

/**
 * Returns the stack name that osls uses, so that another tool takes over the existing stack. `stage` is a parameter,
 * because `provider.stage` in osls's state is the value from serverless.yml, even if `--stage` overrides it.
 */
function stackNameOf(state: string, stage: string): string {
  const service = membersOf(parseJsonObject(state)?.['service']);
  const provider = membersOf(service['provider']);
  return asText(provider['stackName']) ?? `${asText(service['service']) ?? 'gatewright'}-${stage}`;
}
