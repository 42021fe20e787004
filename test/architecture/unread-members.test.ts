/**
 * Every member of the calls that are answered is read, or stands on the list of members that have no effect here
 * (docs/aws §22.4).
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { READERS } from '../../lab/tools/member-readers.ts';
import { OPERATION_MEMBERS } from '../../lab/tools/operation-members.ts';
import { ANSWERED } from '../../lab/tools/operations-page.ts';
import { UNREAD_MEMBERS } from '../../lab/tools/unread-members.ts';

const WITHOUT_MEMBERS = ['DynamoDB DescribeEndpoints', 'STS GetCallerIdentity'];
const GATEWAY = new URL('../../packages/gateway/', import.meta.url);

function wordsIn(folders: readonly string[]): ReadonlySet<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, GATEWAY), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(`${folder}/${file}`, GATEWAY), 'utf8')),
  );
  return new Set(files.flatMap((text) => text.toLowerCase().split(/[^\w-]+/)));
}

/** Whether the code has the name, or the start of it as `x-amz-checksum-`, to which it adds the rest. */
function isRead(name: string, words: ReadonlySet<string>): boolean {
  const steps = [...name.matchAll(/-/g)].map(({ index }) => name.slice(0, index + 1));
  return [name, ...steps.slice(2)].some((one) => words.has(one.toLowerCase()));
}

const LINES = OPERATION_MEMBERS.trim()
  .split('\n')
  .map((line) => {
    const [, service = '', operation = '', members = ''] = /^(.+): (\w+) (.*)$/.exec(line) ?? [];
    return { service, operation, members: members.split(' ').map((one) => one.split('=')) };
  });

describe('the members of calls', () => {
  it('are known for every operation of these services that is answered and has members', () => {
    const listed = new Set(LINES.map(({ service, operation }) => `${service} ${operation}`));
    const absent = Object.keys(READERS).flatMap((service) =>
      (ANSWERED[service] ?? [])
        .map((operation) => `${service} ${operation}`)
        .filter((one) => !listed.has(one)),
    );

    assert.deepEqual(absent, WITHOUT_MEMBERS, 'run lab/tools/write-operation-members.ts');
  });

  for (const [service, folders] of Object.entries(READERS))
    it(`of ${service} are read, or known to have no effect`, () => {
      const words = wordsIn(folders);
      const found = LINES.filter((line) => line.service === service).flatMap(({ operation, members }) =>
        members.flatMap(([member = '', name = member]) =>
          isRead(name, words) || isRead(member, words) ? [] : [`${operation} ${member}`],
        ),
      );
      const known = (UNREAD_MEMBERS[service] ?? []).flatMap(({ members, of }) =>
        of.split(' ').flatMap((operation) => members.split(' ').map((member) => `${operation} ${member}`)),
      );

      assert.deepEqual(found.toSorted(), known.toSorted());
    });
});
