import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { findStaleBuilds, newerThan } from '../../../../../packages/gateway/templates/sam/stale-build.ts';

const root = mkdtempSync(join(tmpdir(), 'gatewright-stale-'));
after(() => rmSync(root, { recursive: true }));

/** Files and folders with the minute at which each was changed last. */
function aProject(name: string, minutes: Readonly<Record<string, number>>): string {
  const project = join(root, name);
  for (const path of Object.keys(minutes)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), '');
  }
  for (const [path, minute] of Object.entries(minutes)) utimesSync(join(project, path), minute, minute);
  return project;
}

const BUILT = '.aws-sam/build/F/bootstrap';

describe('newerThan', () => {
  const rows: readonly [
    title: string,
    minutes: Readonly<Record<string, number>>,
    newer: string | undefined,
  ][] = [
    ['an unchanged source', { [BUILT]: 5, 'src/main.go': 4 }, undefined],
    ['a changed one', { [BUILT]: 5, 'src/main.go': 4, 'src/deep/x.go': 6 }, 'src/deep/x.go'],
    ['a changed one after an unchanged one', { [BUILT]: 5, 'src/a.go': 4, 'src/b.go': 6 }, 'src/b.go'],
    ['a changed one after an unchanged folder', { [BUILT]: 5, 'src/a/a.go': 4, 'src/b.go': 6 }, 'src/b.go'],
    ['one of the time of the build', { [BUILT]: 5, 'src/main.go': 5 }, undefined],
    ['packages that were installed since', { [BUILT]: 5, 'src/node_modules/a/index.js': 6 }, undefined],
    ['nothing built', { 'src/main.go': 4 }, undefined],
  ];
  for (const [title, minutes, newer] of rows)
    it(`looks at ${title}`, () => {
      const project = aProject(title, minutes);
      assert.equal(
        newerThan(join(project, BUILT), [join(project, 'src')]),
        newer === undefined ? undefined : join(project, newer),
      );
    });

  for (const name of ['node_modules', '.aws-sam', '.git', '.gatewright', '.venv', '__pycache__'])
    it(`does not look at ${name}`, () => {
      const project = aProject(`without-${name}`, { [BUILT]: 5, [`src/${name}/x`]: 6 });

      assert.equal(newerThan(join(project, BUILT), [join(project, 'src')]), undefined);
    });

  it('looks at every source, in the order given', () => {
    const project = aProject('sources', { [BUILT]: 5, 'a/x.go': 4, 'b/x.go': 6, 'c/x.go': 7 });

    assert.equal(
      newerThan(
        join(project, BUILT),
        ['none', 'a', 'b', 'c'].map((name) => join(project, name)),
      ),
      join(project, 'b/x.go'),
    );
  });
});

describe('findStaleBuilds', () => {
  const template = (Runtime: string) => ({
    Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { Runtime } } },
  });
  const messages = (
    name: string,
    runtime: string,
    minutes: Readonly<Record<string, number>>,
  ): readonly string[] => {
    const project = aProject(name, minutes);
    utimesSync(join(project, '.aws-sam/build/F'), 5, 5);
    const functions = new Map([['F', join(project, 'src')]]);
    return findStaleBuilds(template(runtime), join(project, 'template.yaml'), functions).map(
      ({ logicalId, property, consequence }) => `${logicalId}.${property ?? ''}: ${consequence}`,
    );
  };
  const minutes = { [BUILT]: 5, 'src/main.go': 6, 'template.yaml': 4 };

  it('names a function whose program was built before its source was changed', () => {
    const [line, ...more] = messages('go', 'provided.al2023', minutes);
    assert.deepEqual(more, []);
    assert.match(
      line ?? '',
      /^F\.Code: the output of sam build is older than src.main\.go, .* run sam build again$/,
    );
  });

  it('reports nothing for functions that run from their sources', () => {
    assert.deepEqual(messages('node', 'nodejs24.x', minutes), []);
  });

  it('names the template itself if the folder of the build is started', () => {
    const project = aProject('itself', { '.aws-sam/build/template.yaml': 5, 'template.yaml': 6 });
    const file = join(project, '.aws-sam/build/template.yaml');
    const [finding] = findStaleBuilds({}, file, new Map());
    assert.match(
      finding?.consequence ?? '',
      /older than .*template\.yaml and is served unchanged: run sam build/,
    );
  });
});
