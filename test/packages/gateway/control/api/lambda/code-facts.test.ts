import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  FunctionCodes,
  packInline,
} from '../../../../../../packages/gateway/control/api/lambda/code-facts.ts';
import { aStack } from './a-stack-of-functions.ts';
import type { FunctionCode } from '../../../../../../packages/gateway/core/stack/function.ts';

describe('FunctionCodes', async () => {
  const [definition] = (await aStack()).flatMap(({ functions }) => functions);
  assert.ok(definition);
  const folder = mkdtempSync(join(tmpdir(), 'code-facts-'));
  const file = join(folder, 'template.yml');
  writeFileSync(file, 'template');
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  const of = (code: FunctionCode) => new FunctionCodes().of({ ...definition, code, place: { file } });

  it('hashes archives, and the archive that is made of inline code', () => {
    const archive = join(folder, 'code.zip');
    writeFileSync(archive, 'archive');
    const packed = { file: archive, version: '1' };
    const ofArchive = of({ kind: 'archive', packed });

    assert.equal(
      of({ kind: 'inline', source: 'archive' }).CodeSize,
      packInline('archive', 'nodejs24.x').length,
    );
    assert.deepEqual(ofArchive, {
      CodeSize: 7,
      CodeSha256: 'DrPja/sk3Nm7HRvs4VMSFrWVOaj94X7oAiSvBlPJKqM=',
      LastModified: ofArchive.LastModified,
    });
    assert.deepEqual(of({ kind: 'directory', directory: folder, esbuild: undefined, packed }), ofArchive);
  });

  it('hashes the files of a folder: the hash changes with a file', () => {
    const directory = join(folder, 'src');
    mkdirSync(join(directory, 'lib'), { recursive: true });
    mkdirSync(join(directory, '.git'));
    writeFileSync(join(directory, '.git', 'config'), 'not deployed');
    writeFileSync(join(directory, 'index.js'), '12345');
    writeFileSync(join(directory, 'lib', 'a.js'), '678');
    const code = { kind: 'directory', directory, esbuild: undefined } as const;
    const before = of(code);
    writeFileSync(join(directory, 'lib', 'a.js'), '67');
    const after = of(code);

    assert.deepEqual([before.CodeSize, after.CodeSize], [8, 7]);
    assert.notEqual(before.CodeSha256, after.CodeSha256);
  });

  for (const [what, codeSeconds, expected] of [
    ['its code, if that is newer', 1_700_000_060, '2023-11-14T22:14:20.000+0000'],
    ['the template, if that is newer', 1_600_000_000, '2023-11-14T22:13:20.000+0000'],
  ] as const)
    it(`was last modified with ${what}`, () => {
      const directory = mkdtempSync(join(folder, 'modified-'));
      for (const [name, seconds] of [
        ['old.js', 1_500_000_000],
        ['index.js', codeSeconds],
      ] as const) {
        writeFileSync(join(directory, name), '');
        utimesSync(join(directory, name), seconds, seconds);
      }
      const { LastModified } = of({ kind: 'directory', directory, esbuild: undefined });
      assert.equal(LastModified, expected);
    });

  it('knows the size of a layer that is here', () => {
    const directory = join(folder, 'layer', 'nodejs');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'a.js'), '12345');
    const codes = new FunctionCodes();

    assert.equal(codes.sizeOfLayer({ arn: 'arn', directory: join(folder, 'layer') }), 5);
    assert.equal(codes.sizeOfLayer({ arn: 'arn', directory: undefined }), undefined);
  });

  it('has facts about missing code', () => {
    const directory = join(folder, 'none');
    const packed = { file: join(folder, 'none.zip'), version: '1' };
    for (const code of [
      { kind: 'directory', directory, esbuild: undefined },
      { kind: 'archive', packed },
    ] as const)
      assert.deepEqual([of(code).CodeSize, of(code).LastModified], [0, '2023-11-14T22:13:20.000+0000']);
  });
});
