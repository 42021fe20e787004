import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { START_OPTIONS } from '../../packages/gateway/engine/start-options.ts';
import { RESPONSE_TYPES } from '../../packages/gateway/core/deployment/wordings/error-wordings.ts';
import { PATH_CONSTRAINTS } from '../../packages/gateway/control/resource-types/constraints.ts';
import { describeNeeded } from '../../packages/toolkit/stack/portal/page/roles.ts';
import { PARTS } from '../../packages/toolkit/stack/parts.ts';
import { WEBSOCKET_CONNECTION_LIMIT_SECONDS } from '../../shared/aws/limits.ts';
import { LIFETIME_SECONDS } from '../../shared/portal/invitations.ts';
import { INVITED_SECONDS, PENDING_SECONDS, SIGNED_IN_SECONDS } from '../../shared/portal/serve-session.ts';
import { MEMBER_ROUTES } from '../../shared/portal/serve-member.ts';
import type { MemberContext } from '../../shared/portal/member-route.ts';
import { ROLES } from '../../shared/portal/members.ts';
import { OFFLINE_OPTIONS } from '../../packages/gatewright/plugin/offline-options.ts';
import { readSource } from './source-files.ts';

const sorted = (items: Iterable<string>): readonly string[] => [...items].toSorted();

/**
 * These lists are needed in places that may not import each other, or are written in the order of another page of AWS.
 */
describe('lists that exist more than once', () => {
  it('name the same gateway response types', () => {
    const types = sorted(RESPONSE_TYPES);

    assert.deepEqual(sorted(PATH_CONSTRAINTS['responseType']?.values ?? []), types, 'constraints.ts');
    const { text } = readSource('packages/toolkit/operate/explain/line-circumstances.ts');
    const phases = [...text.matchAll(/^ {2}([A-Z_]+): '[a-z-]+',$/gm)].map(([, type = '']) => type);
    assert.deepEqual(
      sorted([...phases, 'DEFAULT_4XX', 'DEFAULT_5XX']),
      types,
      'PHASES of line-circumstances.ts',
    );
  });

  it('name the same roles for each route of the portal', async () => {
    const context = { portal: { plans: [], offers: [] }, webhooks: ['orders'] } as unknown as MemberContext;
    for (const [group, load] of MEMBER_ROUTES)
      for (const { route, roles } of (await load())(context)) {
        const sentence = describeNeeded(route.method, route.path.slice(1));
        const named = ROLES.filter((role) => new RegExp(`role.* ${role}\\b.*\\. An`).test(sentence));

        assert.deepEqual(
          named.length === 0 ? ROLES : named,
          roles,
          `${route.method} ${route.path} (${group}): roles.ts of the page says "${sentence}"`,
        );
      }
  });

  it('give the same maximum duration of a WebSocket connection', () => {
    const hours = WEBSOCKET_CONNECTION_LIMIT_SECONDS / 3_600;

    assert.equal(hours, 2, 'the texts below name two hours');
    for (const path of [
      'packages/gatewright/plugin/offline-options.ts',
      'packages/gateway/console/explain/explain-closure.ts',
      'packages/gateway/core/websocket/connections.ts',
    ])
      assert.match(readSource(path).text, /\b(two|2) hours\b/, path);
  });

  it('give the same durations of the portal’s sessions and invitations', () => {
    const days = (seconds: number) => seconds / 86_400;
    assert.deepEqual(
      [SIGNED_IN_SECONDS / 3_600, days(INVITED_SECONDS), days(LIFETIME_SECONDS), PENDING_SECONDS / 60],
      [12, 14, 3, 10],
      'the texts below name these durations',
    );

    const advice = 'packages/gateway/console/explain/toolkit-replies.ts';
    const guide = 'docs/guides/sell/portal.md';
    for (const [path, duration] of [
      [advice, 'after 12 hours (14 days if it began with an invitation)'],
      [advice, 'for three days unless --expires says otherwise'],
      [advice, 'within 10 minutes'],
      [guide, 'after 12 hours (14 days without `signIn`)'],
      [guide, 'within three days (or the time that `--expires` sets)'],
    ] as const)
      assert.ok(readSource(path).text.includes(duration), `${path} does not say "${duration}"`);
  });

  it('name the same parts of the stack, in the type of the CDK construct', () => {
    const { text } = readSource('packages/gatewright/cdk/gatewright.d.cts');
    const [, named = ''] = /readonly parts\?: readonly \(([^)]*)\)\[\];/.exec(text) ?? [];

    assert.deepEqual(
      sorted([...named.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name)),
      sorted(PARTS.map(({ chosenAs }) => chosenAs)),
    );
  });

  it('name options that exist, on the pages for users of SAM and LocalStack', () => {
    for (const page of ['sam-local', 'localstack']) {
      const { text } = readSource(`docs/moving/${page}.md`);
      const [, options = text] = text.split('\n## Options\n');
      const named = [...options.matchAll(/^- .*? → (.*)$/gm)].flatMap(([, ours = '']) =>
        [...ours.matchAll(/`--([a-z][a-z-]+)[^`]*`/g)].map(([, name = '']) => name),
      );

      assert.ok(named.length > 0);
      assert.deepEqual(
        named.filter((name) => !Object.hasOwn(START_OPTIONS, name.replace(/^no-/, ''))),
        [],
        `docs/moving/${page}.md names options that gatewright start does not have`,
      );
    }
  });

  it('say the same about each option of serverless-offline, on its page and in the plug-in', () => {
    const { text } = readSource('docs/moving/serverless-offline.md');
    const rows = [...text.matchAll(/^- ((?:`[^`]+` ?)+)→ (supported|additional|refused|have no effect)/gm)];
    const kinds = {
      supported: 'honoured',
      additional: 'honoured',
      refused: 'refused',
      'have no effect': 'needless',
    };

    assert.ok(rows.length > 8);
    for (const [, names = '', verdict = ''] of rows)
      for (const [, name = ''] of names.matchAll(/`([A-Za-z-]+)`/g))
        assert.equal(
          OFFLINE_OPTIONS[name]?.kind,
          kinds[verdict as keyof typeof kinds],
          `docs/moving/serverless-offline.md says "${verdict}" of ${name}`,
        );
  });
});
