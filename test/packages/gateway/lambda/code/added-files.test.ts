/** Files that a plug-in of osls adds to the package of a function, if they cannot be added as the plug-in says. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import type { FunctionDefinition } from '../../../../../packages/gateway/core/stack/function.ts';
import { placeAddedFiles } from '../../../../../packages/gateway/lambda/code/added-files.ts';
import { aFolder, aFolderFunction } from '../start-runtime.ts';

function aFunctionWith(files: object): FunctionDefinition {
  const definition = aFolderFunction(aFolder({ 'index.js': '' }), 'index.handler', {});
  assert.ok(definition.code.kind === 'directory');
  const added = { files: [{ copies: [], texts: {}, links: {}, ...files }], packagers: [] };
  return { ...definition, code: { ...definition.code, added } };
}

describe('an added file', () => {
  it('that no longer exists is reported at the function', () => {
    const file = join(aFolder({}), 'wsgi_handler.py');
    const definition = aFunctionWith({ copies: [file] });

    assert.throws(
      () => placeAddedFiles(definition, aFolder({})),
      (error) =>
        error instanceof DefinitionError &&
        error.place === definition.place &&
        error.message.startsWith(
          `the files that plug-ins add to ${definition.name} cannot be copied: there is no file `,
        ),
    );
  });

  for (const name of ['', '.', '..', '../outside', 'a/b'])
    it(`is not written if its name is not the name of a file: "${name}"`, () => {
      const run = aFolder({});
      const { code } = placeAddedFiles(
        aFunctionWith({ texts: { [name]: 'x' }, links: { [name]: run } }),
        run,
      );

      const folder = code.kind === 'directory' ? code.added?.folder : undefined;
      assert.deepEqual(readdirSync(folder ?? ''), []);
      assert.ok(!existsSync(join(run, 'added', 'outside')));
    });
});
