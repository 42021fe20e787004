import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  NO_SECRETS,
  withoutSecret,
  withSecret,
} from '../../../../../../packages/toolkit/stack/portal/page/elements/shown-secrets.ts';

const shown = (title: string) => ({ title, secret: title, note: '' });

it('keeps a secret until it is stored, whatever is created in the meantime', () => {
  const two = withSecret(withSecret(NO_SECRETS, shown('server')), shown('server'));
  const [newest, oldest] = two;
  assert.ok(newest !== undefined && oldest !== undefined && newest.id !== oldest.id);

  const left = withoutSecret(two, newest.id);
  assert.deepEqual(left, [oldest]);
  const more = withSecret(left, shown('worker'));
  assert.deepEqual(
    more.map(({ shown: { title } }) => title),
    ['worker', 'server'],
  );
  assert.equal(new Set(more.map(({ id }) => id)).size, 2);
});
