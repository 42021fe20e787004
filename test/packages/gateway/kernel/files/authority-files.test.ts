import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { issueFrom, makeAuthority } from '../../../../../packages/base/aws/certificates/issue-certificate.ts';
import {
  authorityFileOf,
  openAuthority,
  writeCertified,
} from '../../../../../packages/gateway/kernel/files/authority-files.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY_MS = 86_400_000;

describe('openAuthority', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatewright-ca-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

  it('makes one that only its owner can read, and finds it again', async () => {
    const made = await openAuthority(folder, makeAuthority, NOW);
    const found = await openAuthority(folder, makeAuthority, NOW + DAY_MS);

    assert.deepEqual([made.isNew, found.isNew, found.certificate], [true, false, made.certificate]);
    assert.equal(await modeOf(made.keyFile), 0o600);
    assert.equal(await modeOf(join(folder, '.gatewright', 'tls')), 0o700);
    assert.equal(new X509Certificate(made.certificate).ca, true);
  });

  it('withdraws a key that others have been able to read', async () => {
    const { keyFile } = await openAuthority(folder, makeAuthority, NOW);
    await chmod(keyFile, 0o644);
    await openAuthority(folder, makeAuthority, NOW);
    assert.equal(await modeOf(keyFile), 0o600);
  });

  it('makes another one before the first has ended', async () => {
    const before = await openAuthority(folder, makeAuthority, NOW);
    const later = await openAuthority(folder, makeAuthority, NOW + 800 * DAY_MS);
    assert.equal(later.isNew, true);
    assert.notEqual(later.certificate, before.certificate);
  });

  it('keeps one that is valid for thirty days more, and no shorter', async () => {
    const own = await mkdtemp(join(tmpdir(), 'gatewright-ca-'));
    after(() => rm(own, { recursive: true }));
    const { certificate } = await openAuthority(own, makeAuthority, NOW);
    const last = new X509Certificate(certificate).validToDate.getTime() - 30 * DAY_MS;

    assert.equal((await openAuthority(own, makeAuthority, last)).isNew, false);
    assert.equal((await openAuthority(own, makeAuthority, last + 1)).isNew, true);
  });

  it('is in the place that the guides name', async () => {
    const { certificateFile } = await openAuthority(folder, makeAuthority, NOW);

    assert.equal(certificateFile, authorityFileOf(folder));
  });

  it('refuses a key that belongs to another certificate', async () => {
    const { keyFile } = await openAuthority(folder, makeAuthority, NOW);
    const other = makeAuthority({ commonName: 'x', fromEpochMs: NOW, toEpochMs: NOW + DAY_MS });
    await writeFile(keyFile, other.privateKey);
    await assert.rejects(openAuthority(folder, makeAuthority, NOW), {
      code: 'LOCAL_CA',
      message: /are not a CA certificate and its key/,
    });
  });

  for (const name of ['certificateFile', 'keyFile'] as const)
    it(`says which ${name} is invalid, and what to do`, async () => {
      const own = await mkdtemp(join(tmpdir(), 'gatewright-ca-'));
      after(() => rm(own, { recursive: true }));
      const authority = await openAuthority(own, makeAuthority, NOW);
      await writeFile(authority[name], 'garbage');
      await assert.rejects(openAuthority(own, makeAuthority, NOW), {
        code: 'LOCAL_CA',
        message: new RegExp(`${authority[name]} contains no .+; delete it`),
      });
    });

  it('does not write through a link that a repository contains in its place', async () => {
    const cloned = await mkdtemp(join(tmpdir(), 'gatewright-ca-'));
    await mkdir(join(cloned, '.gatewright'));
    await symlink(folder, join(cloned, '.gatewright', 'tls'));
    await assert.rejects(openAuthority(cloned, makeAuthority, NOW), { code: 'LOCAL_CA' });
    await rm(cloned, { recursive: true });
  });

  it('writes certificates of clients next to it, as private as its own', async () => {
    const here = await mkdtemp(join(tmpdir(), 'gatewright-ca-'));
    const authority = await openAuthority(here, makeAuthority, NOW);
    const times = { fromEpochMs: NOW, toEpochMs: NOW + DAY_MS };
    const made = issueFrom(authority, 'client', { commonName: 'shop', ...times });
    const { keyFile, certificateFile } = await writeCertified(authority, 'shop', made);
    assert.equal(await modeOf(keyFile), 0o600);
    assert.deepEqual(
      [await readFile(certificateFile, 'utf8'), await readFile(keyFile, 'utf8')],
      [made.certificate, made.privateKey],
    );
    await rm(here, { recursive: true });
  });
});
