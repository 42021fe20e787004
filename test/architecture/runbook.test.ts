/** Every alarm has commands in the runbook. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listFiles, readSource } from './source-files.ts';

const alarms = listFiles('packages/toolkit/stack')
  .filter((path) => path.endsWith('.yml'))
  .flatMap((path) =>
    readSource(path)
      .text.split(/^ {2}(?=\w+:$)/m)
      .filter((block) => /Type: AWS::CloudWatch::Alarm/.test(block))
      .map((block) => /^(\w+)Alarm:/.exec(block)?.[1] ?? block),
  );
const rows = runbook();

/** The names of the alarms, and what to do, for each row of the table. */
function runbook(): readonly { readonly names: readonly string[]; readonly todo: string }[] {
  const { text } = readSource('docs/guides/operate/operating.md');
  const section = text.slice(
    text.indexOf('## When an alarm goes off'),
    text.indexOf('### Batches that were'),
  );
  return [...section.matchAll(/^\| (`.*?) +\|(.*?)\|(.*)\|$/gm)].map(([, names = '', , todo = '']) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    todo,
  }));
}

/** `…AuthorizerSlow` stands for every alarm whose name ends with AuthorizerSlow. */
function means(name: string, alarm: string): boolean {
  return new RegExp(`^${name.replaceAll('…', '\\w+')}$`).test(alarm);
}

describe('the runbook', () => {
  it('has an entry for every alarm', () => {
    assert.ok(alarms.length > 0 && rows.length > 0, `${alarms.length} alarms, ${rows.length} rows`);
    const missing = alarms.filter(
      (alarm) => !rows.some(({ names }) => names.some((name) => means(name, alarm))),
    );
    assert.deepEqual(missing, []);
  });

  it('has no entry for an alarm that does not exist', () => {
    const names = rows.flatMap((row) => row.names);
    assert.deepEqual(
      names.filter((name) => !alarms.some((alarm) => means(name, alarm))),
      [],
    );
  });

  it('has a command in every entry', () => {
    const mute = rows.filter(({ todo }) => !/`(?:aws|curl|gatewright|npx) /.test(todo));
    assert.deepEqual(mute, []);
  });
});
