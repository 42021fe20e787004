import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUsers } from '../../../../../packages/gateway/cognito/pools/parse-users.ts';

describe('parseUsers', () => {
  it('reads users with attributes as texts', () => {
    const { users, faults } = parseUsers(
      "- { username: ada, password: 'x', attributes: { email: a@b, 'custom:age': 7 }, groups: [admins], claims: { permissions: [a] } }\n- username: bob\n",
      'users.yml',
    );

    assert.deepEqual(faults, []);
    assert.deepEqual(users, [
      {
        username: 'ada',
        password: 'x',
        groups: ['admins'],
        claims: { permissions: ['a'] },
        attributes: { email: 'a@b', 'custom:age': '7' },
      },
      { username: 'bob', password: undefined, attributes: {}, groups: [], claims: {} },
    ]);
  });

  const rows: [text: string, fault: RegExp, line: number | undefined][] = [
    ['- username: ada\n- name: bob\n', /^unknown member name; a user has username/, 2],
    ['- username: ada\n- username: ada\n', /^the user ada is repeated$/, 2],
    ['- username: ada\n- username: bob\n  password: 1234\n', /^bob: password must be a string/, 2],
    ['- username: ada\n- username: b b\n', /^username must be a string/, 2],
    ['- username: ada\n- bob\n', /^a user must be a map/, 1],
    ['- username: ada\n- { username: bob, groups: admins }\n', /^bob: groups must be a list/, 2],
    ['- username: ada\n- { username: bob, attributes: { a: [1] } }\n', /^bob: attributes must be/, 2],
  ];
  for (const [text, fault, line] of rows)
    it(`accepts the other users if one is wrong: ${fault.source}`, () => {
      const { users, faults } = parseUsers(text, 'users.yml');

      assert.deepEqual(
        users.map(({ username }) => username),
        ['ada'],
      );
      assert.equal(faults.length, 1);
      assert.match(faults[0]?.message ?? '', fault);
      assert.equal(faults[0]?.place.line, line);
    });

  it('accepts 1,000 users, and says that it accepts no more', () => {
    const listed = (count: number): string =>
      Array.from({ length: count }, (_, index) => `- username: user${index}\n`).join('');

    assert.deepEqual(parseUsers(listed(1_000), 'users.yml').faults, []);
    const { users, faults } = parseUsers(listed(1_001), 'users.yml');
    assert.deepEqual(
      [users.length, faults.map(({ message }) => message)],
      [1_000, ['contains more than 1000 users; the rest are ignored']],
    );
  });

  it('says so if the file is not a users file or not YAML, and accepts an empty file', () => {
    assert.match(parseUsers('Resources:\n  A: 1\n', 'users.yml').faults[0]?.message ?? '', /must be a list/);
    assert.match(parseUsers('- a: [\n', 'users.yml').faults[0]?.message ?? '', / \(column \d+\)$/);
    assert.deepEqual(parseUsers('# nobody yet\n', 'users.yml'), { users: [], faults: [] });
  });
});
