/**
 * Questions that AWS’s knowledge center and the pages of known issues answer: each cause is asked of a served project,
 * and the explanation names this cause, its line if a line decides, and what to change.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import { ASKED_OF_FUNCTIONS } from './asked-of-functions-rows.ts';
import { ASKED_OF_GATEWAYS } from './asked-of-gateways-rows.ts';
import { ASKED_OF_SERVICES } from './asked-of-services-rows.ts';

describe('a question that users ask', () => {
  for (const { cause, template, code, auth, request, status, because, change } of [
    ...ASKED_OF_FUNCTIONS,
    ...ASKED_OF_GATEWAYS,
    ...ASKED_OF_SERVICES,
  ])
    it(`is answered: ${cause}`, async () => {
      using project = anAdvisedProject('template.yaml', {
        'template.yaml': template,
        'index.js': code,
        'auth.js': auth ?? code,
      });
      const asked = await project.ask(request);
      const sentences = asked.sentences.join('\n');
      assert.equal(asked.status, status, `${asked.body}\n${sentences}`);
      assert.match(sentences, because);
      assert.match(asked.changes.join('\n'), change);
      const wanted = template
        .split('\n')
        .flatMap((text, index) => (text.endsWith('# here') ? [`template.yaml:${index + 1}`] : []));
      for (const place of wanted) assert.ok(sentences.includes(place), `${place} is not in\n${sentences}`);
    });
});
