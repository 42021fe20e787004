/**
 * The Python library (python/) on the same cases, and on a table of the embedded DynamoDB, with only the standard
 * library.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { startEmbeddedDynamoDb } from '../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import type { EmbeddedDynamoDb } from '../../../packages/gateway/dynamodb/embedded-dynamodb.ts';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { takeBlocks } from '../../support/code-blocks.ts';
import { aClient, SIGNER } from '../../support/orders-table.ts';
import { createKeyedTable } from '../../support/a-keyed-table.ts';

const taken = takeBlocks('test/vectors/wire/python.test.ts');

const TABLE = 'usage';
const FOLDER = join(REPOSITORY, 'python');
/** The oldest that the library runs on. */
const LEAST = [3, 9] as const;

/** undefined: there is none that is new enough. */
function findPython(): string | undefined {
  const { error, stdout } = spawnSync('python3', ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return undefined;
  const [major = 0, minor = 0] = stdout.split(' ').map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]) ? 'python3' : undefined;
}

describe('the Python library', () => {
  const python = findPython();
  const skip = python === undefined && `no python3 of ${LEAST.join('.')} or newer on the PATH`;
  let store: EmbeddedDynamoDb | undefined;

  before(async () => {
    if (python === undefined) return;
    store = await startEmbeddedDynamoDb({ port: 0, signers: [SIGNER] });
    const client = aClient(store.url);
    await createKeyedTable(client, TABLE);
    client.destroy();
  });

  after(() => store?.close());

  it('does what the wire contract says, and passes its own tests', { skip }, async () => {
    assert.ok(python !== undefined && store !== undefined);
    const child = spawn(python, ['-m', 'unittest', 'discover', '-v', '-s', 'tests'], {
      cwd: FOLDER,
      env: {
        PATH: process.env['PATH'],
        PYTHONPATH: 'src',
        PYTHONDONTWRITEBYTECODE: '1',
        GATEWRIGHT_TEST_TABLE: TABLE,
        AWS_ENDPOINT_URL_DYNAMODB: store.url,
        AWS_ACCESS_KEY_ID: SIGNER.accessKeyId,
        AWS_SECRET_ACCESS_KEY: SIGNER.secretAccessKey,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const output = await text(child.stderr);

    assert.match(output, /^OK( \(skipped=\d+\))?$/m, output);
    assert.match(output, /^test_wire_contract .*ok$/ms);
    // python/tests/test_readme.py compiles each, and runs those whose packages are there.
    assert.match(output, /^test_there_are_four .*ok$/m);
    taken.executed(...taken.blocks);
    assert.equal(taken.blocks.length, 4);
    taken.assertAll();
  });

  it('has only codes of the domain library', () => {
    const folder = join(FOLDER, 'src/gatewright');
    const source = readdirSync(folder)
      .filter((name) => name.endsWith('.py'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    const used = [...source.matchAll(/(?:DomainError|super\(\).__init__)\(\s*"([A-Z_]+)"/g)].map(
      ([, code]) => code,
    );
    const known = readFileSync(join(REPOSITORY, 'shared/errors.ts'), 'utf8');

    assert.ok(used.length > 8);
    assert.deepEqual(
      used.filter((code) => !known.includes(`| '${code}'`)),
      [],
    );
  });
});
