import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { StartError } from '../../../../../packages/gateway/core/errors.ts';
import {
  chooseKeyPair,
  IDENTITIES_FILE,
  loadIdentities,
  publishCredentials,
  readCredentials,
} from '../../../../../packages/gateway/kernel/files/identity-file.ts';
import { loadIssuerKeys, saveIssuerKeys } from '../../../../../packages/gateway/cognito/issuer-key-file.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIALOCAL',
  secretAccessKey: 'secret-of-a-test',
  controlUrl: 'http://127.0.0.1:4000',
  controlSecret: 'control',
};

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatewright-identity-'));
});
after(() => rm(directory, { recursive: true }));

describe('publishCredentials', () => {
  it('writes a file that only its owner can read, and removes it again', async () => {
    const published = await publishCredentials(directory, CREDENTIALS);

    assert.equal((await stat(published.path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(directory, '.gatewright'))).mode & 0o777, 0o700);
    assert.equal(await readFile(join(directory, '.gatewright', '.gitignore'), 'utf8'), '*\n');
    assert.deepEqual(await readCredentials(directory), CREDENTIALS);

    await published.remove();
    assert.equal(await readCredentials(directory), undefined);
  });

  it('replaces a link that another user has put there, instead of writing through it', async () => {
    const target = join(directory, 'elsewhere');
    await writeFile(target, 'untouched');
    await rm(join(directory, '.gatewright', 'credentials.json'), { force: true });
    await symlink(target, join(directory, '.gatewright', 'credentials.json'));
    await publishCredentials(directory, CREDENTIALS);
    assert.equal(await readFile(target, 'utf8'), 'untouched');
  });

  it('keeps the file of a later start', async () => {
    const first = await publishCredentials(directory, CREDENTIALS);
    const later = { ...CREDENTIALS, controlUrl: 'http://127.0.0.1:4001' };
    await publishCredentials(directory, later);
    await first.remove();
    assert.deepEqual(await readCredentials(directory), later);
  });

  it('says when its file cannot be written', async () => {
    const blocked = await mkdtemp(join(directory, 'blocked-'));
    await mkdir(join(blocked, '.gatewright', 'credentials.json'), { recursive: true });
    await assert.rejects(publishCredentials(blocked, CREDENTIALS), {
      code: 'CREDENTIALS_FILE',
      message: /credentials\.json cannot be written: /,
    });
  });

  it('says when the file is damaged', async () => {
    const { path } = await publishCredentials(directory, CREDENTIALS);
    await writeFile(path, '{"accessKeyId":1}');
    await assert.rejects(readCredentials(directory), StartError);
  });
});

describe('chooseKeyPair', () => {
  it('says that the file cannot be read, for example if it belongs to another user', async () => {
    const folder = join(directory, 'unreadable');
    await mkdir(join(folder, '.gatewright', 'credentials.json'), { recursive: true });

    await assert.rejects(
      readCredentials(folder),
      /^StartError: .*credentials\.json cannot be read: E\w+.*; the gateway may belong to another user: choose your own gateway with --gateway$/,
    );
  });

  it('makes a new pair for every start', () => {
    const first = chooseKeyPair({});
    assert.match(first.accessKeyId, /^AKIALOCAL[A-Z2-7]{11}$/);
    assert.notEqual(first.secretAccessKey, chooseKeyPair({}).secretAccessKey);
  });

  it('takes the pair that the environment fixes', () => {
    const environment = { GATEWRIGHT_ACCESS_KEY_ID: 'CIKEY', GATEWRIGHT_SECRET_ACCESS_KEY: 'ci-secret' };
    assert.deepEqual(chooseKeyPair(environment), { accessKeyId: 'CIKEY', secretAccessKey: 'ci-secret' });
  });

  for (const environment of [
    { GATEWRIGHT_ACCESS_KEY_ID: 'CIKEY' },
    { GATEWRIGHT_SECRET_ACCESS_KEY: 'ci-secret' },
    { GATEWRIGHT_ACCESS_KEY_ID: 'CI/KEY', GATEWRIGHT_SECRET_ACCESS_KEY: 'ci-secret' },
  ]) {
    it(`refuses ${Object.keys(environment).join(' with ')} of no use`, () => {
      assert.throws(() => chooseKeyPair(environment), StartError);
    });
  }
});

describe('loadIdentities', () => {
  it('has none if there is no file', async () => {
    assert.deepEqual(await loadIdentities(directory, '1'), []);
  });

  it('names the file of an error', async () => {
    await writeFile(join(directory, IDENTITIES_FILE), 'identities: 3\n');
    await assert.rejects(loadIdentities(directory, '1'), {
      name: 'DefinitionError',
      message: 'must be a list',
    });
  });
});

describe('issuer keys', () => {
  it('are stored and found again, and a damaged file is named', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const keys = [{ privateKeyPem, usedUntilSeconds: 5 }];
    assert.deepEqual(await loadIssuerKeys(directory), []);
    await saveIssuerKeys(directory, keys);
    assert.deepEqual(await loadIssuerKeys(directory), keys);
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const wrongPem = elliptic.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of [
      '{}',
      '[{}]',
      '[null]',
      '[{"privateKeyPem":"x","usedUntilSeconds":1}]',
      JSON.stringify([{ privateKeyPem: wrongPem, usedUntilSeconds: 1 }]),
    ]) {
      await writeFile(join(directory, 'issuer-keys.json'), text);
      await assert.rejects(loadIssuerKeys(directory), (error: unknown) => {
        assert.ok(error instanceof StartError, text);
        assert.match(error.message, /issuer-keys\.json is damaged; delete it/);
        return true;
      });
    }
  });
});
