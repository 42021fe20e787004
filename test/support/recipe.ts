/** The recipes of the documentation, unchanged: their files, the lines to paste, and the output of these lines. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { CodeBlock } from './code-blocks.ts';
import { homeOfCommands } from './command.ts';

export type Recipe = {
  /** The texts of the files by path, relative to the toolkit's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
};

type Step = {
  readonly command: string;
  /** The output on the page. `…` matches anything within a line; on a separate line, it matches any lines. */
  readonly printed: string;
};

const SHELL_LIMIT_MS = 120_000;
/** Separates the outputs of two steps. No command prints this text. */
const MARK = '\u001e';

/**
 * A block with a path is a file. A `console` block is a session: `$ command`, followed by its output. Removes
 * `npx` from the commands, because the shell of `runSteps` defines `gatewright` itself.
 */
export function readRecipe(blocks: readonly CodeBlock[]): Recipe {
  return {
    files: new Map(blocks.flatMap(({ path, text }) => (path === undefined ? [] : [[path, text] as const]))),
    steps: blocks.flatMap(({ language, text }) => (language === 'console' ? readSession(text) : [])),
  };
}

function readSession(text: string): readonly Step[] {
  return text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...printed] = part.trimEnd().split('\n');
    const plain = command.replaceAll('npx gatewright', 'gatewright');
    return command === '' ? [] : [{ command: plain, printed: printed.join('\n') }];
  });
}

type Session = {
  /** The stdout of each command. */
  readonly printed: readonly string[];
  readonly stderr: string;
};

/** Runs the steps in one shell, in which `gatewright` is the command and `node` the one that runs the tests. */
export async function runSteps(
  commands: readonly string[],
  { cwd, program }: { readonly cwd: string; readonly program: string },
): Promise<Session> {
  const gatewright = `gatewright() { ${JSON.stringify(process.execPath)} ${JSON.stringify(program)} "$@"; }`;
  const node = `node() { ${JSON.stringify(process.execPath)} "$@"; }`;
  const script = [gatewright, node, ...commands.map((command) => `${command}\nprintf '${MARK}'`)].join('\n');
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script], {
    cwd,
    timeout: SHELL_LIMIT_MS,
    env: { ...process.env, GATEWRIGHT_HOME: homeOfCommands() },
  });
  const outputs = stdout.split(MARK).slice(0, commands.length);
  return { printed: outputs.map((text) => text.replaceAll('\r', '').trimEnd()), stderr };
}

/** Returns a pattern for the output, made from the text of the page. */
export function toPattern(printed: string): RegExp {
  const escaped = printed.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/^…$/gm, '[^]*').replaceAll('…', '.*')}$`);
}
