/** A stand-in for `@duckdb/node-api` that is installed in a folder, and that reports the queries that it got. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type TestRequest = {
  readonly prelude: string;
  readonly sql: string;
  readonly values: readonly string[];
  readonly options: Readonly<Record<string, string>>;
};

/**
 * @param pages the rows that it returns, page by page
 * @returns a function that reads the query that the stand-in got
 */
export function installFakeDuckDb(
  folder: string,
  pages: readonly (readonly object[])[] = [[{ row: 1 }], [{ row: 2 }]],
): () => TestRequest {
  const target = join(folder, 'node_modules/@duckdb/node-api');
  const asked = join(folder, 'asked.json');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), '{"name":"@duckdb/node-api","main":"index.js"}');
  writeFileSync(
    join(target, 'index.js'),
    `const { writeFileSync } = require('node:fs');
exports.DuckDBInstance = {
  create: async (path, options) => {
    const asked = { options };
    return {
      closeSync() {},
      connect: async () => ({
        closeSync() {},
        run: async (prelude) => Object.assign(asked, { prelude }),
        async stream(sql, values) {
          writeFileSync(${JSON.stringify(asked)}, JSON.stringify({ ...asked, sql, values }));
          return { async *yieldRowObjectJson() { yield* ${JSON.stringify(pages)}; } };
        },
      }),
    };
  },
};
`,
  );
  return () => JSON.parse(readFileSync(asked, 'utf8')) as TestRequest;
}
