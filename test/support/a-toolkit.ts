/** The toolkit's own service in a folder of its own, with other access documents than the checkout's. */
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '../..');
/** What `serverless.yml` takes in; functions are copied, since they import the documents that lie beside them. */
const LINKED = ['package.json', 'serverless.yml', 'resources', 'layers', 'shared', 'cli', 'node_modules'];

export type Toolkit = {
  /** Holds `toolkit/`, and a copy of the protected service under the name that its stack gets. */
  readonly folder: string;
  readonly directory: string;
  readonly service: string;
  remove(): Promise<void>;
};

/** `fixture` is a folder with a template and the one access document that protects it, `{name}.yml`. */
export async function aToolkit(fixture: string, name: string): Promise<Toolkit> {
  const folder = await mkdtemp(join(tmpdir(), 'gatewright-toolkit-'));
  const [directory, service] = [join(folder, 'toolkit'), join(folder, name)];
  const access = join(directory, 'access');
  await mkdir(access, { recursive: true });
  for (const entry of LINKED) await symlink(join(CHECKOUT, entry), join(directory, entry));
  await cp(join(CHECKOUT, 'functions'), join(directory, 'functions'), { recursive: true });
  for (const file of ['webhooks.yml', 'webhooks.compiled.json'])
    await cp(join(CHECKOUT, 'access', file), join(access, file));
  await mkdir(service);
  await cp(join(fixture, 'template.yaml'), join(service, 'template.yaml'));
  await cp(join(fixture, `${name}.yml`), join(access, `${name}.yml`));
  return { folder, directory, service, remove: () => rm(folder, { recursive: true, force: true }) };
}
