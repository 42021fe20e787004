/**
 * Describes builds with esbuild's metafile and discards the code that was built. Builds with the same options that are
 * requested at the same time share one run of esbuild, which parses common files only once.
 */
import { basename } from 'node:path';

import { build, type BuildOptions, type Metafile } from 'esbuild';

/** The build of one file. */
export type DescribedBuild = BuildOptions & {
  readonly entryPoints: [file: string];
  readonly absWorkingDir: string;
};

type Waiting = { readonly options: DescribedBuild } & PromiseWithResolvers<Metafile>;

/** The maximum number of files in one run of esbuild, which keeps all outputs of a run in memory until it ends. */
const MOST_TOGETHER = 32;

const groups = new Map<string, Waiting[]>();

/** @throws esbuild's BuildFailure if the file, or a file that it imports, does not compile */
export function describeBuild(options: DescribedBuild): Promise<Metafile> {
  const key = printOptions(sharedOptions(options));
  const found = groups.get(key);
  const group = found === undefined || found.length === MOST_TOGETHER ? begin(key) : found;
  const asked = { options, ...Promise.withResolvers<Metafile>() };
  group.push(asked);
  return asked.promise;
}

/** Begins a group. It runs in the next turn of the event loop, with all builds that were requested until then. */
function begin(key: string): Waiting[] {
  const group: Waiting[] = [];
  groups.set(key, group);
  setImmediate(() => {
    if (groups.get(key) === group) groups.delete(key);
    void run(group);
  });
  return group;
}

async function run(group: readonly Waiting[]): Promise<void> {
  const files = [...new Set(group.map(({ options }) => options.entryPoints[0]))];
  const whole = await describeTogether(files, group);
  for (const { options, resolve, reject } of group) {
    if (whole !== undefined) resolve(partOf(whole, files.indexOf(options.entryPoints[0])));
    // There is only one file, or one of the files does not compile. Each file is then built separately, so that only
    // the function whose file does not compile is refused.
    else build({ ...options, metafile: true }).then(({ metafile }) => resolve(metafile), reject);
  }
}

/** Returns undefined if there is only one file, or if a file does not compile. */
async function describeTogether(
  files: readonly string[],
  [first]: readonly Waiting[],
): Promise<Metafile | undefined> {
  if (files.length < 2 || first === undefined) return undefined;
  try {
    const { metafile } = await build({
      ...sharedOptions(first.options),
      entryPoints: files.map((file, index) => ({ in: file, out: String(index) })),
      outdir: first.options.absWorkingDir,
      metafile: true,
      write: false,
    });
    return metafile;
  } catch {
    return undefined;
  }
}

/** Returns the metafile that esbuild would have returned for one file alone. */
function partOf({ inputs, outputs }: Metafile, index: number): Metafile {
  const own = Object.entries(outputs).filter(([path]) => basename(path).split('.')[0] === String(index));
  const found = new Set(own.flatMap(([, { entryPoint }]) => entryPoint ?? []));
  for (const file of found)
    for (const { path, external } of inputs[file]?.imports ?? []) if (external !== true) found.add(path);
  return {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([file]) => found.has(file))),
    outputs: Object.fromEntries(own),
  };
}

/** Returns the options that are the same for all files of a group. */
function sharedOptions(options: DescribedBuild): BuildOptions {
  const own = new Set(['entryPoints', 'outfile']);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !own.has(name)));
}

/** Writes options as a string. Equal strings mean the same build. */
export function printOptions({ plugins = [], ...options }: BuildOptions): string {
  return JSON.stringify({ ...options, plugins: plugins.map(({ name }) => name) }, (_, value: unknown) =>
    value instanceof RegExp ? String(value) : value,
  );
}
