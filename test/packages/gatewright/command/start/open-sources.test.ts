import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { openSources } from '../../../../../packages/gatewright/command/start/open-sources.ts';

it('finds the stack and its documents when gatewright init creates them after startup', async (test) => {
  const service = mkdtempSync(join(tmpdir(), 'gatewright-open-sources-'));
  test.after(() => rmSync(service, { recursive: true }));
  const template = join(service, 'template.yml');
  writeFileSync(template, 'Resources: {}\n');
  const sources = await openSources([template], 'dev', () => undefined);
  const { access, companions } = sources.options;
  assert.deepEqual([await companions(), sources.all(), access.documents()], [[], [template], []]);

  const stack = join(service, 'gatewright');
  mkdirSync(join(stack, 'access'), { recursive: true });
  writeFileSync(join(stack, 'serverless.yml'), 'plugins: [gatewright/stack]\n');
  writeFileSync(template, 'Value: !ImportValue gatewright-dev-TokenAuthorizerArn\n');
  const compiled = { documents: [{ name: 'shop', apis: [{ for: 'dev', apiId: 'a', stage: 'dev' }] }] };
  writeFileSync(join(stack, 'access/compiled.json'), JSON.stringify(compiled));

  const folder = relative(process.cwd(), stack);
  assert.deepEqual(await companions(), [folder]);
  assert.deepEqual(sources.all(), [template, folder]);
  assert.deepEqual(
    sources.documents().map(({ name }) => name),
    ['shop'],
  );
});
