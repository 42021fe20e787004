/** What check says of folders of ours inside a folder that is packaged with all its files. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { judgeState } from '../../../../../../packages/gateway/engine/compose/checking/judge-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatewright-state-'));
after(() => rmSync(folder, { recursive: true }));

const SAM = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, Handler: a.b, CodeUri: . } }
`;
const OSLS = 'service: shop\nprovider: { name: aws }\n';

describe('a folder of ours in a package', () => {
  // SAM copies a folder without package.json with all its files, and CDK copies a folder that is an asset.
  for (const [definition, text] of [
    ['template.yaml', SAM],
    ['serverless.yml', OSLS],
  ] as const)
    for (const own of [
      '.gatewright/cache/services/a.json',
      'gatewright/.gatewright/source-maps/connect/a.mjs.map',
      'infra/gatewright/.gatewright/stack/functions/a.mjs',
    ])
      it(`is found in the package of ${definition}, and has a remedy: ${own}`, async () => {
        const project = mkdtempSync(join(folder, 'project-'));
        for (const [name, content] of [
          [definition, text],
          [own, ''],
        ] as const) {
          mkdirSync(dirname(join(project, name)), { recursive: true });
          writeFileSync(join(project, name), content);
        }
        const found = await judgeState([join(project, definition)]);

        const [only, ...others] = found;
        assert.ok(only !== undefined);
        assert.deepEqual(others, []);
        assert.equal(only.id, 'packaged-state');
        const at = join(project, own.slice(0, own.indexOf('.gatewright') + '.gatewright'.length));
        assert.ok(only.message.includes(`contains ${at},`), only.message);
        assert.match(
          only.remedy,
          /patterns: \['!\*\*\/\.gatewright\/\*\*'\].* Do not delete \.gatewright\/attach, if it exists, because gatewright detach needs it$/,
        );
      });
});
