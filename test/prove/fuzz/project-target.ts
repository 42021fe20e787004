/**
 * Starts small projects completely, and sends one request to each. No start may end with exit code 70, which means a
 * bug of Gatewright.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { COMMANDS } from '../../../packages/gatewright/command/commands.ts';
import { runCommandLine } from '../../../packages/gatewright/command/run-command-line.ts';
import { mutateProject } from './mutate-project.ts';
import { LAYOUTS, OFTEN, type Project } from './project-layouts.ts';
import { jsonOf, type FuzzTarget } from './target.ts';

/** The exit code after a bug (packages/base/terminal/output.ts). */
const BUG = 70;
const ARGUMENTS = [
  'start',
  '.',
  '--port',
  '0',
  '--control-port',
  '0',
  '--json',
  '--no-install',
  '--no-build',
];
const REQUEST_MS = 10_000;

export function projectTarget(): FuzzTarget {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-projects-'));
  let count = 0;
  return {
    name: 'project',
    seeds: LAYOUTS.map((layout) => JSON.stringify(layout)),
    words: [],
    slowMs: 60_000,
    make: (dice) => JSON.stringify(mutateProject(dice, OFTEN)),
    async run(input) {
      const project = jsonOf(input) as Project | undefined;
      if (project === undefined) return;
      count += 1;
      const own = join(folder, String(count));
      write(own, project);
      try {
        const { code, output } = await startAndAsk(own, join(folder, 'home'));
        if (code === BUG) throw new Error(output.slice(output.indexOf('this is a bug')));
      } finally {
        rmSync(own, { recursive: true, force: true });
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A file that cannot be written, because another change made a file of its folder, is left out. */
function write(folder: string, project: Project): void {
  mkdirSync(folder);
  for (const [path, file] of Object.entries(project)) {
    const full = join(folder, path);
    try {
      mkdirSync(dirname(full), { recursive: true });
      if (file.kind === 'folder') mkdirSync(full);
      else if (file.kind === 'link') symlinkSync(file.to, full);
      else {
        writeFileSync(full, file.text);
        if (file.mode !== undefined) chmodSync(full, file.mode);
      }
    } catch {
      continue;
    }
  }
}

/** Runs the command in this process, and ends it with the signal that its user would send. */
async function startAndAsk(
  folder: string,
  home: string,
): Promise<{ readonly code: number | undefined; readonly output: string }> {
  const [cwd, env, { exitCode }] = [process.cwd(), process.env, process];
  const { PATH = '', HOME = '' } = env;
  const listeners = new Set(process.listeners('SIGTERM'));
  const stop = (): void => {
    for (const listener of process.listeners('SIGTERM')) if (!listeners.has(listener)) listener('SIGTERM');
  };
  const output = captureOutput((line) => void askAll(line).finally(stop));
  process.chdir(folder);
  process.env = { PATH, HOME, GATEWRIGHT_HOME: home };
  try {
    return { code: await runCommandLine(ARGUMENTS, COMMANDS), output: output.text() };
  } finally {
    output.release();
    process.exitCode = exitCode;
    process.env = env;
    process.chdir(cwd);
  }
}

/** @param onReady is called with the line that is printed for tools */
function captureOutput(onReady: (line: string) => void): {
  readonly text: () => string;
  readonly release: () => void;
} {
  let text = '';
  const streams = [process.stdout, process.stderr].map((stream) => ({
    stream,
    write: stream.write.bind(stream),
  }));
  for (const { stream } of streams)
    stream.write = (chunk: string | Uint8Array): boolean => {
      const line = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      text += line;
      if (line.startsWith('{"ready":true')) onReady(line);
      return true;
    };
  return {
    text: () => text,
    release: () => {
      for (const { stream, write } of streams) stream.write = write;
    },
  };
}

async function askAll(ready: string): Promise<void> {
  const { apis = [] } = jsonOf(ready) as { readonly apis?: readonly { readonly url: string }[] };
  const ask = ({ url }: { readonly url: string }) =>
    fetch(`${url}/hello`, { signal: AbortSignal.timeout(REQUEST_MS) });
  await Promise.allSettled(apis.map(ask));
}
