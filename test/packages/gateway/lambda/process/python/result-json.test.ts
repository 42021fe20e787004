/**
 * What Python handlers return, written as AWS's own runtime client writes it (docs/aws §8.2;
 * test/fixtures/runtime-clients).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { findPrograms } from '../../../../../../packages/gateway/lambda/process/machine.ts';
import { thisMachine } from '../../../../../../packages/gateway/lambda/process/find-toolchain.ts';
import { aFolder, aFolderFunction, failed, startRuntime } from '../../start-runtime.ts';

const FIXTURES = new URL('../../../../../fixtures/runtime-clients/', import.meta.url);
const NO_PYTHON = findPrograms(thisMachine(), /^python3$/).length === 0 ? 'no Python on this machine' : false;
const RUNTIMES = ['python3.11', 'python3.13'] as const;

type Answer = {
  readonly returns?: string;
  readonly bytes?: string;
  readonly fails?: string;
  readonly raises?: { readonly errorType: string; readonly errorMessage: string };
  readonly ends?: true;
};
type Recorded = Answer & { readonly expression: string } & {
  readonly [name in (typeof RUNTIMES)[number]]?: Answer;
};

const recorded = JSON.parse(
  readFileSync(new URL('python-results.json', FIXTURES), 'utf8'),
) as readonly Recorded[];

const HANDLER = `
import python_names
def handler(event, context):
    return eval(event["expression"], vars(python_names))
`;

describe('a result in Python', { skip: NO_PYTHON }, () => {
  for (const runtime of RUNTIMES)
    it(`has the bytes of AWS's runtime client: ${recorded.length} expressions in ${runtime}`, async () => {
      const folder = aFolder({
        'app.py': HANDLER,
        'python_names.py': readFileSync(new URL('python_names.py', FIXTURES)),
      });
      const { invoke } = await startRuntime([
        aFolderFunction(folder, 'app.handler', { name: 'f', runtime, timeoutSeconds: 30 }),
      ]);
      const wrong: unknown[] = [];
      for (const row of recorded) {
        const { expression, returns, bytes, fails, raises, ends } = { ...row, ...row[runtime] };
        const result = await invoke('f', { expression });
        const got =
          result.kind === 'returned'
            ? { returns: result.payload }
            : result.kind === 'failed'
              ? { type: result.errorType, message: result.errorMessage }
              : result;
        if (ends) {
          if (failed(result).errorType !== 'Runtime.ExitError') wrong.push({ expression, ends, got });
        } else if (fails !== undefined || raises !== undefined) {
          const { errorType, errorMessage } = raises ?? {
            errorType: 'Runtime.MarshalError',
            errorMessage: fails,
          };
          if (
            result.kind !== 'failed' ||
            result.errorType !== errorType ||
            result.errorMessage !== errorMessage
          )
            wrong.push({ expression, errorType, errorMessage, got });
        } else {
          const expected = returns ?? Buffer.from(bytes ?? '', 'latin1').toString();
          if (result.kind !== 'returned' || result.payload !== expected)
            wrong.push({ expression, expected, got });
        }
      }
      assert.deepEqual(wrong, []);
    });
});

// Source: awslambdaric, `bootstrap.py`: `make_error`, `extract_traceback`, `build_fault_result`.
describe('an error in Python', { skip: NO_PYTHON }, () => {
  const rows: readonly (readonly [name: string, source: string, expected: unknown])[] = [
    [
      'has a trace of file, line and source, without marks and without its cause',
      'def handler(event, context):\n    try:\n        {}["k"]\n    except KeyError as error:\n        raise ValueError("é") from error\n',
      {
        errorMessage: 'é',
        errorType: 'ValueError',
        requestId: true,
        stackTrace: ['  File "/APP", line 5, in handler\n    raise ValueError("é") from error\n'],
      },
    ],
    [
      'has an empty message if the exception has none',
      'class Own(Exception): pass\ndef handler(event, context):\n    raise Own\n',
      {
        errorMessage: '',
        errorType: 'Own',
        requestId: true,
        stackTrace: ['  File "/APP", line 3, in handler\n    raise Own\n'],
      },
    ],
    [
      'collapses a recursion',
      'def down(): down()\ndef handler(event, context):\n    import sys\n    sys.setrecursionlimit(60)\n    down()\n',
      /Previous line repeated \d+ more times/,
    ],
  ];
  for (const [name, source, expected] of rows)
    it(name, async () => {
      const folder = aFolder({ 'app.py': source });
      const { invoke } = await startRuntime([
        aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.13' }),
      ]);
      const { payload } = failed(await invoke('f'));
      if (expected instanceof RegExp) {
        assert.match(payload, expected);
        return;
      }
      const { requestId, ...rest } = JSON.parse(
        payload.replaceAll(/File \\"[^"]*app\.py\\"/g, 'File \\"/APP\\"'),
      ) as Record<string, unknown>;
      assert.deepEqual({ ...rest, requestId: requestId !== '' }, expected);
      assert.equal(
        Object.keys(JSON.parse(payload) as object).join(),
        'errorMessage,errorType,requestId,stackTrace',
      );
    });

  it('at the start of an instance shows how the import came to the line', async () => {
    const folder = aFolder({ 'app.py': 'raise OSError("no disk")\ndef handler(event, context): pass\n' });
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.13' }),
    ]);
    const { payload } = failed(await invoke('f'));
    const { stackTrace, requestId } = JSON.parse(payload) as {
      stackTrace: readonly string[];
      requestId: string;
    };
    assert.match(stackTrace[0] ?? '', /importlib\/__init__\.py", line \d+, in import_module/);
    assert.match(stackTrace.at(-1) ?? '', /app\.py", line 1, in <module>\n {4}raise OSError\("no disk"\)\n$/);
    assert.equal(requestId, '');
  });

  it('that leaves by sys.exit ends the instance', async () => {
    const folder = aFolder({ 'app.py': 'import sys\ndef handler(event, context):\n    sys.exit(3)\n' });
    const { invoke } = await startRuntime([
      aFolderFunction(folder, 'app.handler', { name: 'f', runtime: 'python3.13' }),
    ]);
    assert.match(failed(await invoke('f')).errorMessage, /Runtime exited with error: exit status 3$/);
  });
});
