/** `gatewright init` in a service with a stage of its own, and in a workspace. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
// Where it is loaded it stays, and that must not be a folder of a test.
import 'esbuild';
import { runCommandHere } from '../../../../support/command-in-process.ts';

const serviceOf = (stage: string): string => `service: depot
frameworkVersion: '4'
provider: { name: aws, runtime: nodejs24.x, stage: ${stage}, region: us-east-1 }
functions:
  list:
    handler: list.handler
    events: [{ http: { method: get, path: /parcels, authorizer: { name: gatewright, type: token, arn: !ImportValue 'gatewright-\${sls:stage}-TokenAuthorizerArn' } } }]
`;

describe('gatewright init in a service', () => {
  for (const [stage, option] of [
    ['test', ' --stage dev'],
    ['dev', ''],
  ] as const)
    it(`of the stage ${stage} writes the document and the steps for the local stage of the stack`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gatewright-init-stage-'));
      try {
        writeFileSync(join(folder, 'serverless.yml'), serviceOf(stage));
        writeFileSync(
          join(folder, 'list.mjs'),
          'export const handler = async () => ({ statusCode: 200 });\n',
        );
        const made = await runCommandHere(['init', '--parts', 'authorizers', '--json'], { cwd: folder });
        assert.equal(made.code, 0, made.stderr);
        const { next } = JSON.parse(made.stdout) as { readonly next: readonly string[] };

        assert.match(
          readFileSync(join(folder, 'gatewright/access/depot.yml'), 'utf8'),
          /^ {2}dev: \{ stack: depot-dev, logicalId: ApiGatewayRestApi, stage: dev \}$/m,
        );
        assert.ok(next.includes(`npx gatewright access sync${option}   # reads the routes`), next.join('\n'));
        assert.equal(next.at(-1), `npx gatewright start${option}`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  // npm installs the packages of a workspace in its root, so that the written paths did not exist.
  it('writes paths to the packages that are installed in the root of the workspace', async () => {
    const root = mkdtempSync(join(tmpdir(), 'gatewright-init-workspace-'));
    try {
      const folder = join(root, 'services', 'depot');
      for (const name of ['gatewright', 'osls'])
        mkdirSync(join(root, 'node_modules', name), { recursive: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'serverless.yml'), serviceOf('dev'));
      writeFileSync(join(folder, 'list.mjs'), 'export const handler = async () => ({ statusCode: 200 });\n');
      const made = await runCommandHere(['init', '--parts', 'authorizers,quotas,portal', '--json'], {
        cwd: folder,
      });
      assert.equal(made.code, 0, made.stderr);
      const { next } = JSON.parse(made.stdout) as { readonly next: readonly string[] };

      const read = (file: string) => readFileSync(join(folder, 'gatewright', file), 'utf8');
      assert.match(
        read('serverless.yml'),
        /\$\{file\(\.\.\/\.\.\/\.\.\/node_modules\/gatewright\/stack\/stack\.json\)/,
      );
      assert.doesNotMatch(read('serverless.yml'), /file\(\.\.\/node_modules/);
      for (const file of ['access/depot.yml', 'access/portal.yml'])
        assert.match(read(file), /schema=\.\.\/\.\.\/\.\.\/\.\.\/node_modules\/gatewright\//, file);
      assert.doesNotMatch(next.join('\n'), /npm install/);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
