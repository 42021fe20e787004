/**
 * The examples in the comments of exports that users import: `@example` with a block of TypeScript, in which `value //
 * → expected` is a claim.
 */
import { join } from 'node:path';
import ts from 'typescript';
import { readSource, REPOSITORY } from './source-files.ts';

/**
 * The entries that users import, with the file that exports each. The root's own name stands for the gateway's library,
 * which the guides show.
 */
const USER_ENTRIES: Readonly<Record<string, string>> = {
  'gatewright/access': 'shared/entries/access.ts',
  'gatewright/cache': 'shared/entries/cache.ts',
  'gatewright/gather': 'shared/entries/gather.ts',
  'gatewright/mcp': 'shared/entries/mcp.ts',
  'gatewright/mcp-verifier': 'shared/entries/mcp-verifier.ts',
  'gatewright/quota': 'shared/entries/quota.ts',
  'gatewright/resilience': 'shared/entries/resilience.ts',
  'gatewright/testing': 'packages/gatewright/testing/entry.ts',
  'gatewright/webhooks': 'shared/entries/webhooks.ts',
  'gatewright/websocket': 'shared/entries/websocket.ts',
  'gatewright/websocket-client': 'shared/entries/websocket-client.ts',
  '@gatewright/dynamodb': 'packages/gateway/dynamodb/index.ts',
  '@gatewright/velocity': 'packages/gateway/velocity/index.ts',
};

type DocExample = {
  readonly entry: string;
  readonly name: string;
  readonly path: string;
  /** The example, or undefined if the export has none. */
  readonly code: string | undefined;
};

/** Returns every value that an entry exports, with the example in its comment. */
export function findExamples(): readonly DocExample[] {
  return Object.entries(USER_ENTRIES).flatMap(([entry, file]) => {
    const { text } = readSource(file);
    const handedOn = [...text.matchAll(/^export \{([^}]+)\} from '([^']+)';/gm)].flatMap(
      ([, names = '', from = '']) => {
        const path = new URL(from, `file:///${file}`).pathname.slice(1);
        return names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && !name.startsWith('type '))
          .map((name) => ({ name, path }));
      },
    );
    const own = [...text.matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)].map(
      ([, name = '']) => ({ name, path: file }),
    );
    return [...handedOn, ...own].map(({ name, path }) => ({
      entry,
      name,
      path,
      code: exampleOf(readSource(path).text, name),
    }));
  });
}

function exampleOf(text: string, name: string): string | undefined {
  const declared = new RegExp(`^export (?:async )?(?:function\\*?|class|const) ${name}\\b`, 'm').exec(text);
  if (declared === null) return undefined;
  const before = text.slice(0, declared.index);
  const comment = before.endsWith('*/\n') ? before.slice(before.lastIndexOf('/**')) : '';
  const block = /@example\n \* ```ts\n([\s\S]*?)\n \* ```/.exec(comment)?.[1];
  return block
    ?.split('\n')
    .map((line) => line.replace(/^ \* ?/, ''))
    .join('\n');
}

/**
 * Returns the example as a module that fails if a claim is false. In the checkout, entries for handlers have the name
 * of the workspace.
 */
export function toProgram(code: string): string {
  const claims = code.replaceAll(
    /^(\s*)(?!const |let |import |\/\/)(.+?);? \/\/ → (.+)$/gm,
    (_, indent: string, expression: string, expected: string) =>
      `${indent}assert.deepEqual(${expression}, ${expected});`,
  );
  const known = claims.replaceAll(
    /from 'gatewright\/(?!testing)([\w-]+)'/g,
    (_, name: string) => `from '@gatewright/handlers/${name}'`,
  );
  return `import assert from 'node:assert/strict';\n${known}\n`;
}

/** Returns what the compiler reports about these files, by file. The files that these files import are not checked. */
export function findTypeErrors(
  files: readonly string[],
  more: ts.CompilerOptions = {},
): ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(REPOSITORY, 'tsconfig.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    readonly config: { readonly compilerOptions: unknown };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, REPOSITORY);
  // Each program imports `assert`, although not every program uses it.
  const program = ts.createProgram(files, { ...options, noUnusedLocals: false, ...more });
  return new Map(
    files.flatMap((file) => {
      const said = program.getSemanticDiagnostics(program.getSourceFile(file));
      const texts = said.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
      return texts.length === 0 ? [] : [[file, `${file}: ${texts.join('; ')}`] as const];
    }),
  );
}
