/** `gatewright init --api`: the document of an API that is deployed, without its template. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
// Where it is loaded it stays, and that must not be a folder of a test.
import 'esbuild';
import { runCommandHere } from '../../../../support/command-in-process.ts';
import { anInventory, compile } from '../../../../support/an-access-document.ts';
import { deployedFile } from '../../../../../packages/gatewright/command/init/init-files.ts';

function inFolder(name: string): {
  readonly folder: string;
  readonly run: (...words: readonly string[]) => ReturnType<typeof runCommandHere>;
  readonly read: (file: string) => string;
} & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'gatewright-init-api-'));
  const folder = join(root, name);
  mkdirSync(folder);
  return {
    folder,
    run: (...words) => runCommandHere(words, { cwd: folder }),
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  };
}

describe('gatewright init --api', () => {
  it('makes the stack and a document with keys and quotas in an empty folder, which compiles', async () => {
    using here = inFolder('shop');
    const made = await here.run('init', '--api', 'a1b2c3d4e5', '--parts', 'authorizers,quotas');
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /npx gatewright attach --api a1b2c3d4e5 --stage prod/);
    assert.match(made.stdout, /\(cd gatewright && npx serverless deploy --stage prod\)/);
    assert.deepEqual(readdirSync(here.folder).toSorted(), ['.gitignore', 'gatewright']);

    const document = here.read('gatewright/access/a1b2c3d4e5.yml');
    assert.match(document, /^ {2}prod: \{ apiId: a1b2c3d4e5, stage: prod \}\nroutes: live/m);
    assert.match(document, /prefix: shop \}/);
    assert.match(document, /^quota:\n {2}plan: \{ claim: plan \}$/m);

    assert.equal(compile(document, anInventory(['GET /orders']), 'a1b2c3d4e5').kind, 'compiled');
  });

  it('adds a document to an existing stack, and keeps its parts', async () => {
    using here = inFolder('shop');
    await here.run('init', '--api', 'a1b2c3d4e5', '--parts', 'authorizers');
    const again = await here.run('init', '--api', 'b1b2c3d4e5', '--stage', '$default');

    assert.equal(again.code, 0, again.stderr);
    // The stage of the API is not the stage of the stack, by which attach would look for the stack.
    assert.match(again.stdout, /attach --api b1b2c3d4e5 --stage '\$default' --stack gatewright-prod$/m);
    const document = here.read('gatewright/access/b1b2c3d4e5.yml');
    assert.match(document, /apiId: b1b2c3d4e5, stage: '\$default'/);
    assert.doesNotMatch(document, /^quota:/m);
    assert.doesNotMatch(here.read('gatewright/access/a1b2c3d4e5.yml'), /^quota:/m);
  });

  it('quotes an id that YAML would read as a number', () => {
    for (const [apiId, written] of [
      ['1234567890', "'1234567890'"],
      ['12e4567890', "'12e4567890'"],
      ['a1b2c3d4e5', 'a1b2c3d4e5'],
    ] as const)
      assert.ok(
        deployedFile({ apiId, stage: 'prod', up: '', prefix: 'shop', hasQuotas: true }).includes(
          `apiId: ${written},`,
        ),
      );
  });

  it('refuses an id, a stage and a --stage that it could not use', async () => {
    using here = inFolder('shop');
    for (const [words, expected] of [
      [['--api', 'Shop API'], /--api needs the id of the API, such as a1b2c3d4e5, not "Shop API"/],
      [
        ['--api', 'a1b2c3d4e5', '--stage', 'a/b'],
        /--stage needs the name of a stage, such as prod or \$default, not "a\/b"/,
      ],
      [['--stage', 'prod'], /--stage names the stage of a deployed API: also pass --api/],
      [['--api', 'a1b2c3d4e5', '--parts', 'webhooks'], /authorizers/],
    ] as const) {
      const { code, stderr } = await here.run('init', ...words);
      assert.notEqual(code, 0);
      assert.match(stderr, expected);
    }
    assert.deepEqual(readdirSync(here.folder), []);
  });
});
