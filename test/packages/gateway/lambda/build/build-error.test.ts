import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import {
  BuildError,
  fromInitFailure,
  toBuildError,
  toLoadFailure,
} from '../../../../../packages/gateway/lambda/build/build-error.ts';

describe('a build that failed', () => {
  for (const [error, expected] of [
    [
      new BuildError('no b', undefined, { file: '/a.ts', line: 3, text: 'no b' }),
      { message: 'no b', place: { file: '/a.ts', line: 3 } },
    ],
    [new BuildError('odd'), { message: 'odd' }],
    [new Error('other'), { message: 'other' }],
    [
      new DefinitionError({ file: '/app.py', line: 6 }, "'{' was never closed"),
      { message: "/app.py:6: '{' was never closed", place: { file: '/app.py', line: 6 } },
    ],
    [new DefinitionError({ file: '/stack.yml' }, 'no handler'), { message: '/stack.yml: no handler' }],
    ['text', { message: 'text' }],
  ] as const)
    it(`says ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(toLoadFailure(error), expected);
    });
});

describe('errors of esbuild', () => {
  const place = { file: 'src/a.ts', line: 3, column: 7 };
  const messages = (...texts: readonly (readonly [string, typeof place | null])[]): Error =>
    Object.assign(new Error('Build failed'), {
      errors: texts.map(([text, location]) => ({ text, location })),
    });

  for (const [name, error, message, first] of [
    [
      'one',
      messages(['Expected ";"', place]),
      'Expected ";" (src/a.ts:3:7)',
      { file: '/task/src/a.ts', line: 3, text: 'Expected ";" (src/a.ts:3:7)' },
    ],
    [
      'three',
      messages(['Expected ";"', place], ['b', null], ['c', null]),
      'Expected ";" (src/a.ts:3:7, and 2 more)',
      { file: '/task/src/a.ts', line: 3, text: 'Expected ";" (src/a.ts:3:7, and 2 more)' },
    ],
    ['one without a place', messages(['No such option', null]), 'No such option', undefined],
    // @prisma/client/default.js requires .prisma/client/default, which is relative to node_modules.
    ...(
      [
        ['.prisma/client/default', ': run npx prisma generate, which generates it'],
        ['.made/client', ''],
        ['./client', ''],
        ['../client', ''],
        ['..', ''],
      ] as const
    ).map(([specifier, wayOut]) => {
      const text = `Could not resolve "${specifier}" (src/a.ts:3:7)${wayOut}`;
      return [
        `${specifier}, which is not a package`,
        messages([`Could not resolve "${specifier}"`, place]),
        text,
        { file: '/task/src/a.ts', line: 3, text },
      ] as const;
    }),
    [
      'a package that is not there',
      messages(['Could not resolve "@scope/pkg/deep"', place]),
      'Could not resolve "@scope/pkg/deep" (src/a.ts:3:7): run npm install @scope/pkg, or, if the package is optional, list it under external in the esbuild settings of serverless.yml (External in BuildProperties of SAM)',
      {
        file: '/task/src/a.ts',
        line: 3,
        text: 'Could not resolve "@scope/pkg/deep" (src/a.ts:3:7): run npm install @scope/pkg, or, if the package is optional, list it under external in the esbuild settings of serverless.yml (External in BuildProperties of SAM)',
      },
    ],
    [
      'a file that is not there',
      messages(['Could not resolve "./b.js"', null]),
      'Could not resolve "./b.js"',
      undefined,
    ],
    ['something that is not an error', 'odd', 'odd', undefined],
  ] as const)
    it(`say what and where: ${name}`, () => {
      const made = toBuildError(error, '/task');

      assert.ok(made instanceof BuildError);
      assert.deepEqual([made.message, made.first, made.code], [message, first, 'BUILD_FAILED']);
    });

  it('that have no further details are passed on', () => {
    for (const error of [new Error('plain'), messages(), Object.assign(new Error('a'), { errors: 'b' })])
      assert.equal(toBuildError(error, '/task'), error);
  });
});

describe('a start that failed', () => {
  const failure = (trace: unknown): string =>
    JSON.stringify({ errorType: 'Runtime.UserCodeSyntaxError', errorMessage: 'Unexpected token', trace });
  const message = 'Runtime.UserCodeSyntaxError: Unexpected token';

  for (const [trace, expected] of [
    [
      ['/task/src/a.js:3', 'foo', '    ^'],
      { message: `${message} (src/a.js:3)`, place: { file: '/task/src/a.js', line: 3 } },
    ],
    [
      ['file:///task/a%20b.mjs:12'],
      { message: `${message} (a b.mjs:12)`, place: { file: '/task/a b.mjs', line: 12 } },
    ],
    [
      [
        'ReferenceError: x is not defined',
        '    at read (file:///task/node_modules/x/index.js:2:1)',
        '    at file:///task/src/a.mjs:7:3',
        '    at ModuleJob.run (node:internal/modules/esm/module_job:439:25)',
      ],
      { message: `${message} (src/a.mjs:7)`, place: { file: '/task/src/a.mjs', line: 7 } },
    ],
    [['node:internal/modules:3'], { message }],
    [['SyntaxError: Unexpected token'], { message }],
    [[7], { message }],
    [[], { message }],
    ['/task/a.js:3', { message }],
    [undefined, { message }],
  ] as const)
    it(`names the place that its stack begins with: ${JSON.stringify(trace)}`, () => {
      assert.deepEqual(fromInitFailure(failure(trace), '/task'), expected);
    });

  // Source: python/bootstrap.py, which reports errors as AWS's runtime client does.
  for (const [name, stackTrace, errorMessage, line] of [
    ['a syntax error', ['  File "ROOT/lib/app.py" Line 2\n    def handler(event)\n'], 'Syntax error', 2],
    [
      'an error of its code',
      [
        '  File "/usr/lib/python3.12/importlib/__init__.py", line 90, in import_module\n    return _gcd()\n',
        '  File "ROOT/lib/app.py", line 4, in <module>\n    open("x")\n',
        '  File "/usr/lib/python3/dist-packages/boto3/x.py", line 9, in open\n',
      ],
      'no file',
      4,
    ],
    ['a missing module', [], "Unable to import module 'lib/app': No module named 'jsn'", 3],
    [
      'a missing name',
      [],
      "Unable to import module 'lib.app': cannot import name 'x' from 'shop.tools' (/task/shop/tools.py)",
      5,
    ],
    ['a name with a bracket', [], "Unable to import module 'lib/app': No module named 'a['", undefined],
    ['an import elsewhere', [], "Unable to import module 'lib/app': No module named 'other'", undefined],
    ['a handler without a file', [], "Unable to import module 'gone': No module named 'gone'", undefined],
  ] as const)
    it(`names the place in Python: ${name}`, () => {
      const root = mkdtempSync(join(tmpdir(), 'gatewright-start-'));
      try {
        mkdirSync(join(root, 'lib'));
        const file = join(root, 'lib/app.py');
        writeFileSync(file, 'import json\n\nimport jsn\n\nfrom shop.tools import x\n');
        const payload = JSON.stringify({
          errorType: 'Runtime.Any',
          errorMessage,
          stackTrace: stackTrace.map((text) => text.replace('ROOT', root)),
        });
        assert.deepEqual(
          fromInitFailure(payload, root).place,
          line === undefined ? undefined : { file, line },
        );
      } finally {
        rmSync(root, { recursive: true });
      }
    });
});
