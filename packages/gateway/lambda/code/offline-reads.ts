/** Finds code that reads `IS_OFFLINE`, a variable that serverless-offline sets and AWS does not. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { statOf } from '@gatewright/aws/file-marks';
import { entriesOf, readIfReadable } from '@gatewright/aws/readable-files';
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { listFolders, type WatchedSources } from './source-watcher.ts';

const VARIABLE = 'IS_OFFLINE';
const PLUGIN = 'serverless-offline';
const MAX_FILES = 200;
/** Larger files are generated, such as bundles in one line. */
const MAX_BYTES = 256 * 1024;
const CODE = /\.(?:[cm]?[jt]sx?|py)$/;
const SERVICE = /^serverless\.(?:ya?ml|json|[cm]?[jt]s)$/;
/** The definition of a function may be in a file that the service includes from a folder below its own. */
const MOST_PARENTS = 4;
/** The endpoint of a client on this machine, where code expects an emulator such as DynamoDB Local. */
const EMULATOR =
  /endpoint\w{0,40}['"]?\s{0,20}[:=].{0,200}['"`](?:https?:\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b/i;

/**
 * Returns a message about the first line that reads the variable, if the variable is not set and the service names
 * serverless-offline; other code has it only for services that run with serverless-offline. If the code has the address
 * of an emulator, the message advises against setting the variable: nothing listens there, and the code would fail.
 * @param environment the variables that functions have beside their own
 * @param own undefined if the function is no longer defined
 */
export async function describeOfflineRead(
  sources: WatchedSources,
  environment: Readonly<Record<string, string>>,
  own: Pick<FunctionDefinition, 'environment' | 'place'> | undefined,
): Promise<string | undefined> {
  if (own === undefined || VARIABLE in { ...environment, ...own.environment }) return undefined;
  if (!namesPlugin(own.place.file)) return undefined;
  const files = sources.kind === 'files' ? sources.files : await filesBelow(sources.folder);
  const read = await findLine(files, (line) => line.includes(VARIABLE));
  if (read === undefined) return undefined;
  const emulator = await findLine(files, (line) => EMULATOR.test(line));
  const what = `${read} reads ${VARIABLE}, which neither the gateway nor AWS sets`;
  return emulator === undefined
    ? `${what}. To set it on this machine only, write ${VARIABLE}: \${env:${VARIABLE}, ''} in the environment of the function, and start with ${VARIABLE}=true in the environment of the gateway. On AWS, the variable is then set as well, with an empty value: the code must test its value, not whether it is set`
    : `${what}. Leave it unset: the SDK's clients then call this gateway, and with it they would call the emulator of ${emulator}, which the gateway does not run`;
}

/** Returns the place of the first line that matches. */
async function findLine(
  files: readonly string[],
  matches: (line: string) => boolean,
): Promise<string | undefined> {
  for (const file of files.filter((one) => !one.includes('node_modules')).slice(0, MAX_FILES)) {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size === 0 || size > MAX_BYTES) continue;
    const text = await readFile(file, 'utf8').catch(() => '');
    const line = text.split('\n').findIndex(matches) + 1;
    if (line > 0) return `${relative(process.cwd(), file)}:${line}`;
  }
  return undefined;
}

/** Whether the service that has the function, in its own file or in one that it includes, names serverless-offline. */
function namesPlugin(definitionFile: string): boolean {
  const own = basename(definitionFile);
  let folder = dirname(definitionFile);
  for (let up = 0; up <= MOST_PARENTS; up += 1, folder = dirname(folder)) {
    const services = entriesOf(folder).filter(({ name }) => SERVICE.test(name));
    if (services.length === 0) continue;
    const texts = services.map(({ name }) => readSmall(join(folder, name)));
    return texts.some((text) => text.includes(PLUGIN) && (SERVICE.test(own) || text.includes(own)));
  }
  return false;
}

function readSmall(file: string): string {
  return (statOf(file)?.size ?? 0) > MAX_BYTES ? '' : (readIfReadable(file) ?? '');
}

async function filesBelow(root: string): Promise<readonly string[]> {
  const names = await Promise.all(
    listFolders(root).map(async (folder) =>
      (await readdir(folder)).filter((name) => CODE.test(name)).map((name) => join(folder, name)),
    ),
  );
  return names.flat();
}
