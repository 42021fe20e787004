import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';

import {
  readPackageSources,
  readProjectSources,
} from '../../../../../packages/gateway/lambda/code/package-sources.ts';
import { aFolder, aFolderFunction, anInlineFunction } from '../start-runtime.ts';

type Row = {
  readonly what: string;
  readonly runtime: string;
  readonly handler: string;
  readonly files: Readonly<Record<string, string>>;
  /** The folder of the code, within the project. */
  readonly code?: string;
  readonly found: readonly string[];
};

/** Imports as the language references write them; which files belong to a function, we decide. */
const ROWS: readonly Row[] = [
  {
    what: 'the modules that a Python handler imports, relative or from the root of the code',
    runtime: 'python3.12',
    handler: 'app/main.handler',
    files: {
      'app/main.py':
        'import shared.db as db, os\nfrom . import near\nfrom .sub.deep import (\n  one, two as t)\nfrom ..up import x',
      'shared/db.py': '',
      'app/near.py': '',
      'app/sub/deep/__init__.py': '',
      'app/sub/deep/two.py': '',
      'up.py': 'import app.main',
      'other.py': 'import unrelated',
    },
    found: [
      'app/main.py',
      'app/near.py',
      'app/sub/deep/__init__.py',
      'app/sub/deep/two.py',
      'shared/db.py',
      'up.py',
    ],
  },
  {
    what: 'a Python handler whose module is a package',
    runtime: 'python3.12',
    handler: 'pkg.handler',
    files: { 'pkg/__init__.py': '', 'pkg/other.py': '' },
    found: ['pkg/__init__.py'],
  },
  {
    what: 'the files that a Ruby handler requires, relative or from the load path',
    runtime: 'ruby3.4',
    handler: 'app.Shop::Handler.process',
    files: {
      'app.rb': "require_relative 'near'\nrequire('stock')\nload \"root.rb\"\nrequire 'json'",
      'near.rb': '',
      'lib/stock.rb': "require_relative 'deep/far.rb'",
      'lib/deep/far.rb': '',
      'root.rb': '',
      'other.rb': '',
    },
    found: ['app.rb', 'lib/deep/far.rb', 'lib/stock.rb', 'near.rb', 'root.rb'],
  },
  {
    what: 'the packages of the same Go module, and no tests',
    runtime: 'provided.al2023',
    handler: 'bootstrap',
    code: 'cmd/f',
    files: {
      'go.mod': 'module example.com/shop\n\ngo 1.24\n',
      'cmd/f/main.go': 'import (\n  "fmt"\n  "example.com/shop/internal/db"\n  "example.com/shopping/x"\n)',
      'cmd/f/main_test.go': '',
      'cmd/g/main.go': '',
      'internal/db/db.go': 'import "example.com/shop/internal/log"',
      'internal/db/db_test.go': '',
      'internal/db/below/far.go': '',
      'internal/log/log.go': 'import "example.com/shop/internal/db"',
      'internal/other/other.go': '',
    },
    found: ['cmd/f/main.go', 'internal/db/db.go', 'internal/log/log.go'],
  },
  {
    what: 'the sources of a Rust project without what cargo has built',
    runtime: 'provided.al2',
    handler: 'bootstrap',
    files: { 'src/main.rs': '', 'target/debug/build.rs': '', 'Cargo.toml': '', 'src/a.py': '' },
    found: ['src/main.rs'],
  },
  {
    what: 'the sources of a Java and Kotlin project without tests and build output',
    runtime: 'java21',
    handler: 'a.C::handle',
    files: {
      'src/main/java/a/C.java': '',
      'src/main/kotlin/a/D.kt': '',
      'src/main/java/a/CTest.java': '',
      'src/main/java/a/CTests.java': '',
      'src/test/java/a/E.java': '',
      'target/generated/F.java': '',
      '.idea/G.java': '',
    },
    found: ['src/main/java/a/C.java', 'src/main/kotlin/a/D.kt'],
  },
  {
    what: 'the sources of a .NET project without its objects',
    runtime: 'dotnet8',
    handler: 'A::B.C::D',
    files: { 'src/F.cs': '', 'src/FTests.cs': '', 'obj/G.cs': '', 'bin/H.cs': '', 'go.mod': 'module x\n' },
    found: ['src/F.cs'],
  },
];

describe('the sources of a function that is not in JavaScript', () => {
  for (const { what, runtime, handler, files, code = '', found } of ROWS)
    it(`are ${what}`, () => {
      const root = aFolder(files);
      const sources = readPackageSources(aFolderFunction(join(root, code), handler, { runtime }));

      assert.deepEqual(sources.map(({ file }) => relative(root, file)).toSorted(), found);
      for (const { file, text } of sources) assert.equal(text, files[relative(root, file)]);
    });

  it('are the text of the template if the code is in it, and nothing if the code is an archive', () => {
    const inline = anInlineFunction('f', 'def handler(): pass', { runtime: 'python3.12' });
    const archive = {
      ...inline,
      code: { kind: 'archive', packed: { file: 'f.zip', version: '1' } } as const,
    };

    assert.deepEqual(readPackageSources(inline), [{ file: 'template.yml', text: 'def handler(): pass' }]);
    assert.deepEqual(readPackageSources(archive), []);
  });

  it('are not watched if the code is compiled or does not exist', () => {
    const root = aFolder({ 'main.jar': '', 'index.html': '' });
    const folders = [root, join(root, 'nothing')];

    assert.deepEqual(
      folders.flatMap((folder) => readPackageSources(aFolderFunction(folder, 'a.B', { runtime: 'java21' }))),
      [],
    );
  });
});

describe('the sources of a project', () => {
  it('are the files of every language, the nearest first, without dependencies, tests and build output', () => {
    const root = aFolder({
      'a.ts': '1',
      'b.txt': '',
      'z/y/c.py': '3',
      'z/b.go': '2',
      'node_modules/d.js': '',
      'dist/e.js': '',
      'test/f.ts': '',
      '.cache/g.ts': '',
      'venv/h.py': '',
    });
    mkdirSync(join(root, 'folder.ts'));

    assert.deepEqual(
      readProjectSources(root).map(({ file, text }) => [relative(root, file), text]),
      [
        ['a.ts', '1'],
        ['z/b.go', '2'],
        ['z/y/c.py', '3'],
      ],
    );
  });
});
