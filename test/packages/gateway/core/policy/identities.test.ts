import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DefinitionError } from '../../../../../packages/gateway/core/errors.ts';
import {
  adminIdentity,
  createIdentities,
  decideFor,
  parseIdentities,
  permissionsOf,
} from '../../../../../packages/gateway/core/policy/identities.ts';

const ACCOUNT_ID = '123456789012';
const FILE = `identities:
  - name: tester
    accessKeyId: AKIALOCAL0000TESTER
    secretAccessKey: tester-secret
    policies:
      - Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Action: 'execute-api:*', Resource: '*' }
      - Version: '2012-10-17'
        Statement:
          - { Effect: Deny, Action: 'execute-api:ManageConnections', Resource: '*' }
`;

const MORE = {
  organizationId: 'o-a1b2c3d4e5',
  tags: '{ Team: Blue }',
  sessionToken: 'a-session',
  sessionExpires: "'2026-12-31T23:59:59Z'",
};

/** The file with these lines in front of the identity's policies. */
function withMore(more: Readonly<Record<string, string>>): string {
  const lines = Object.entries(more).map(([key, value]) => `    ${key}: ${value}\n`);
  return FILE.replace('    policies', `${lines.join('')}    policies`);
}

const ask = (action: string) => ({
  action,
  resource: `arn:aws:execute-api:us-east-1:${ACCOUNT_ID}:a/b`,
  conditions: new Map(),
});

describe('parseIdentities', () => {
  it('reads names, keys and policies', () => {
    const [identity] = parseIdentities(FILE, 'gatewright.identities.yml', ACCOUNT_ID);
    assert.equal(identity?.arn, 'arn:aws:iam::123456789012:user/tester');
    assert.equal(identity.secretAccessKey, 'tester-secret');
    assert.equal(identity.policies.length, 2);
  });

  it('reads organization, tags and the session of a temporary key', () => {
    const [identity] = parseIdentities(withMore(MORE), 'f.yml', ACCOUNT_ID);

    assert.equal(identity?.organizationId, 'o-a1b2c3d4e5');
    assert.deepEqual([...(identity.tags ?? [])], [['team', 'Blue']], 'keys of tags know no case');
    assert.deepEqual(identity.session, {
      token: 'a-session',
      expiresAtEpochMs: Date.UTC(2026, 11, 31, 23, 59, 59),
    });
  });

  for (const { name, text, expected } of [
    {
      name: 'an invalid organization',
      text: withMore({ organizationId: 'acme' }),
      expected:
        /^f\.yml:5: organizationId: must be the id of an organization: o- followed by 10 to 32 letters and digits$/,
    },
    {
      name: 'tags that are a list',
      text: withMore({ tags: '[a]' }),
      expected: /^f\.yml:5: tags: must be a map of at most 50 keys and values$/,
    },
    {
      name: 'a tag that is a number',
      text: withMore({ tags: '{ level: 3 }' }),
      expected:
        /^f\.yml:5: tags: must have keys of 1 to 128 characters, and strings of at most 256 characters as values$/,
    },
    {
      name: 'two tags that differ only by case, of which one would be lost',
      text: withMore({ tags: '{ team: a, Team: b }' }),
      expected: /^f\.yml:5: tags: contains the key [a-z]+ twice/,
    },
    {
      name: 'a session without an end, which would be good forever',
      text: withMore({ sessionToken: 'a' }),
      expected: /^f\.yml:2: sessionExpires: is missing$/,
    },
    {
      name: 'an end without a session, which would end nothing',
      text: withMore({ sessionExpires: MORE.sessionExpires }),
      expected: /^f\.yml:2: sessionToken: is missing$/,
    },
    {
      name: 'a time of another form',
      text: withMore({ ...MORE, sessionExpires: 'tomorrow' }),
      expected: /^f\.yml:8: sessionExpires: must be a time in quotes, such as "2026-12-31T23:59:59Z"$/,
    },
    {
      name: 'a time that does not exist',
      text: withMore({ ...MORE, sessionExpires: "'2026-13-31T23:59:59Z'" }),
      expected: /^f\.yml:8: sessionExpires: must be a time/,
    },
    { name: 'broken YAML', text: 'identities: [', expected: /^f\.yml:1: .* with a \] \(column 14\)$/ },
    {
      name: 'a secret in a broken line',
      text: 'identities: [ s3cr3t',
      expected: /^(?!.*s3cr3t)(?!.* at line)/,
    },
    {
      name: 'a key that is a list',
      text: '? [identities]\n: []',
      expected: /^f\.yml:1: is unknown; the file can have identities$/,
    },
    {
      name: 'an empty file',
      text: '',
      expected: /^f\.yml: the file must be a map with the keys identities$/,
    },
    {
      name: 'an invalid list',
      text: 'identities: 3',
      expected: /^f\.yml:1: identities: must be a list$/,
    },
    {
      name: 'an unknown key',
      text: FILE.replace('    policies', '    groups: []\n    policies'),
      expected:
        /^f\.yml:5: groups: is unknown; an identity can have name, accessKeyId, secretAccessKey, policies, accountId, organizationId, tags, sessionToken, sessionExpires$/,
    },
    {
      name: 'a missing key',
      text: FILE.replace('    secretAccessKey: tester-secret\n', ''),
      expected: /^f\.yml:2: secretAccessKey: is missing$/,
    },
    {
      name: 'an access key with a slash, which would end the credential scope',
      text: FILE.replace('0000TESTER', '0000/TESTER'),
      expected: /^f\.yml:3: accessKeyId: must be 16 to 128 capital letters and digits$/,
    },
    {
      name: 'a secret that is a number, without repeating it',
      text: FILE.replace('tester-secret', '12345678'),
      expected: /^f\.yml:4: secretAccessKey: must be 8 to 256 printable ASCII characters without blanks$/,
    },
    {
      name: 'an account that YAML reads as a number',
      text: FILE.replace('    policies', '    accountId: 123456789012\n    policies'),
      expected: /^f\.yml:5: accountId: must be 12 digits in quotes$/,
    },
    {
      name: 'a policy that is not a document',
      text: FILE.replace(/policies:[^]*/, 'policies: [allow]'),
      expected: /^f\.yml:5: policies: must be an IAM policy document$/,
    },
    {
      name: 'a policy that names a principal (IAM user guide, "AWS JSON policy elements: Principal")',
      text: FILE.replace('Effect: Allow', "Effect: Allow, Principal: '*'"),
      expected: /^f\.yml:6: policies: an identity-based policy must not have a Principal$/,
    },
    {
      name: 'a policy that IAM would refuse',
      text: FILE.replace('Effect: Allow', 'Effect: Maybe'),
      expected: /^f\.yml:6: policies: /,
    },
  ]) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseIdentities(text, 'f.yml', ACCOUNT_ID),
        (error) => {
          assert.ok(error instanceof DefinitionError);
          assert.match(error.describe(), expected);
          return true;
        },
      );
    });
  }
});

describe('createIdentities', () => {
  it('finds an identity by its access key', () => {
    const admin = adminIdentity({ accessKeyId: 'AKIAADMIN', secretAccessKey: 'secret' }, ACCOUNT_ID);
    const identities = createIdentities([admin]);
    assert.equal(identities.find('AKIAADMIN'), admin);
    assert.equal(identities.secretOf('AKIAADMIN'), 'secret');
    assert.equal(identities.secretOf('AKIANOBODY'), undefined);
  });

  it('decides whether a session is still valid at a given time', () => {
    const identities = createIdentities(parseIdentities(withMore(MORE), 'f.yml', ACCOUNT_ID));
    const end = Date.UTC(2026, 11, 31, 23, 59, 59);

    assert.deepEqual(identities.sessionOf('AKIALOCAL0000TESTER', end - 1), {
      token: 'a-session',
      isExpired: false,
    });
    assert.equal(identities.sessionOf('AKIALOCAL0000TESTER', end)?.isExpired, true);
    assert.equal(identities.sessionOf('AKIANOBODY', end), undefined);
  });

  it('refuses two identities with one access key', () => {
    const twins = ['a', 'b'].map((name) => ({
      ...adminIdentity({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }, ACCOUNT_ID),
      name,
    }));
    assert.throws(() => createIdentities(twins), DefinitionError);
  });
});

describe('decideFor', () => {
  const [tester] = parseIdentities(FILE, 'f.yml', ACCOUNT_ID);
  // Source: IAM user guide, "Policy evaluation logic"
  for (const { action, expected } of [
    { action: 'execute-api:Invoke', expected: 'allow' },
    { action: 'execute-api:ManageConnections', expected: 'explicit-deny' },
    { action: 'lambda:InvokeFunction', expected: 'implicit-deny' },
  ]) {
    it(`says ${expected} for ${action}`, () => {
      assert.ok(tester);
      assert.equal(decideFor(tester, ask(action)), expected);
    });
  }

  it('blocks every identity from another account', () => {
    const text = FILE.replace('    policies', "    accountId: '999999999999'\n    policies");
    const [foreigner] = parseIdentities(text, 'f.yml', ACCOUNT_ID);
    assert.ok(foreigner);
    assert.equal(foreigner.arn, 'arn:aws:iam::999999999999:user/tester');
    assert.equal(decideFor(foreigner, ask('execute-api:Invoke')), 'implicit-deny');
    assert.equal(decideFor(foreigner, ask('execute-api:ManageConnections')), 'explicit-deny');
    assert.equal(permissionsOf(foreigner).decide(ask('execute-api:Invoke')), 'allow');
  });

  it('allows the admin everything', () => {
    const admin = adminIdentity({ accessKeyId: 'AKIA', secretAccessKey: 'secret' }, ACCOUNT_ID);
    assert.equal(decideFor(admin, ask('sns:Publish')), 'allow');
  });
});
