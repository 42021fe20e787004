/** The console of an API without routes and requests. Every section says what it would show. */
import assert from 'node:assert/strict';
import { go, openConsole, tour } from './console-tour.ts';
import { serve } from './page.ts';
import type { TouredSection } from './console-tour.ts';
import type { BrowserCase } from './page.ts';

const NOTHING = JSON.stringify({
  Resources: {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'empty', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
  },
});
/** The text of a section without content. */
const SAYS: Readonly<Record<TouredSection, string>> & Readonly<Record<string, string>> = {
  traffic: 'No requests yet.',
  apis: 'This API has no routes.',
  'calls/events': 'only requests invoke functions, not events',
  access: 'This gateway has no access documents.',
  sockets: 'No connection is open.',
  keys: 'This gateway has no usage plans.',
  caches: 'Nothing is cached.',
  functions: 'This gateway has no functions.',
  data: 'This gateway has no tables.',
  calls: 'No service has been called.',
  numbers: 'No requests yet.',
  'numbers/cost': 'No requests yet.',
  differs: 'Every setting of the stacks is enforced here.',
};

export const browserCase: BrowserCase = {
  name: 'the console of a start without a route says in every section what would be there',
  async run({ page }) {
    await using stacks = await serve(['empty.json'], [], { 'empty.json': NOTHING });
    const problems = await openConsole(page, stacks.console);
    await tour(page, 'none');
    for (const [section, says] of Object.entries(SAYS)) {
      await go(page, section);
      await page.waitForSelector(`main:has-text("${says}")`);
    }
    assert.deepEqual(problems, []);
  },
};
