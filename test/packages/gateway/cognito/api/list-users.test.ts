import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { aUserPool, codeOf } from '../../../../support/a-user-pool.ts';

type User = { readonly Username: string };

/** One for all, as its keys take time. */
const at = await aUserPool();
const create = (Username: string, Value: string) =>
  at.admin('AdminCreateUser', { Username, UserAttributes: [{ Name: 'email', Value }] });

// Cognito developer guide, "Searching for users using the ListUsers API"; Cognito API reference, ListUsers.
describe('ListUsers', () => {
  before(async () => {
    await create('bob', 'bob@example.com');
    await create('bo"b', 'other@example.org');
    await at.admin('AdminDisableUser', { Username: 'bob' });
  });
  const named = async (input: object): Promise<readonly string[]> => {
    const { body } = await at.admin('ListUsers', input);
    return (body['Users'] as readonly User[]).map(({ Username }) => Username);
  };

  for (const [Filter, expected] of [
    [undefined, ['ada', 'bob', 'bo"b']],
    ['', ['ada', 'bob', 'bo"b']],
    ['  ', ['ada', 'bob', 'bo"b']],
    ['username = "bob"', ['bob']],
    ['username ^= "bo"', ['bob', 'bo"b']],
    ['"username"="bob"', ['bob']],
    ['username = "bo\\"b"', ['bo"b']],
    ['username = "bo"', []],
    ['email = "ada@example.com"', ['ada']],
    ['email ^= "other@"', ['bo"b']],
    ['phone_number = "+1"', []],
    ['status = "Disabled"', ['bob']],
    ['status = "Enabled"', ['ada', 'bo"b']],
    ['cognito:user_status = "CONFIRMED"', ['ada']],
    ['cognito:user_status ^= "FORCE"', ['bob', 'bo"b']],
  ] as const)
    it(`finds ${expected.join(', ') || 'nobody'} by ${Filter ?? 'no filter'}`, async () => {
      assert.deepEqual(await named({ ...(Filter !== undefined && { Filter }) }), expected);
    });

  for (const Filter of [
    'username',
    'username = bob',
    'username < "b"',
    'username = "b" and x = "y"',
    '= "b"',
  ])
    it(`refuses the filter ${Filter}`, async () => {
      const answer = await at.admin('ListUsers', { Filter });

      assert.equal(codeOf(answer), '400 InvalidParameterException');
      assert.equal(answer.body['message'], 'Error while parsing filter.');
    });

  // API reference, ListUsers: "Custom attributes are not searchable." The words: getmoto/moto#4389
  for (const name of ['custom:tenant', 'birthdate'])
    it(`refuses a search for ${name}`, async () => {
      const answer = await at.admin('ListUsers', { Filter: `${name} = "a"` });

      assert.equal(codeOf(answer), '400 InvalidParameterException');
      assert.equal(answer.body['message'], `Invalid search attribute: ${name}`);
    });

  // The API references: PaginationToken and NextToken were "returned from the previous call to this operation".
  it('refuses the token of another list', async () => {
    const { body } = await at.admin('ListUsers', { Limit: 1 });
    const PaginationToken = body['PaginationToken'];
    for (const input of [
      { PaginationToken, Filter: 'username ^= "bo"' },
      { PaginationToken: '1' },
      { PaginationToken: 'MQ' },
    ]) {
      const answer = await at.admin('ListUsers', input);
      assert.equal(codeOf(answer), '400 InvalidParameterException', JSON.stringify(input));
    }
    await at.admin('CreateGroup', { GroupName: 'all' });
    const ofGroup = await at.admin('ListUsersInGroup', { GroupName: 'all', NextToken: PaginationToken });
    assert.equal(codeOf(ofGroup), '400 InvalidParameterException');
  });

  it('returns a page of the requested size, and the next one', async () => {
    const first = await at.admin('ListUsers', { Limit: 2 });
    const second = await at.admin('ListUsers', { Limit: 2, PaginationToken: first.body['PaginationToken'] });

    assert.deepEqual(
      [first, second].map(({ body }) => (body['Users'] as readonly User[]).map(({ Username }) => Username)),
      [['ada', 'bob'], ['bo"b']],
    );
    assert.equal(second.body['PaginationToken'], undefined);
    assert.equal((await at.admin('ListUsers', { Limit: 3 })).body['PaginationToken'], undefined);
  });
});
