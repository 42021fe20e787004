import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkAdmissionKey } from '@gatewright/authoring/check/check-wiring';
import { aDocument } from '../../../../support/an-access-document.ts';

const quota = { plan: 'partner', tenant: 'acme' };

describe('checkAdmissionKey', () => {
  const charged = aDocument({ quota: { ...quota, admissionKey: 'orders-admitted-request-${stage}' } }, [
    'GET /users',
  ]);
  const check = (document: typeof charged, values: readonly string[]) =>
    checkAdmissionKey(document, { stack: 'orders-dev', stage: 'Prod' }, values);

  it("reports that the stack's keys have other values than the document's, in the API's own stage", () => {
    const [complaint] = check(charged, ['orders-admitted-request-dev']);

    assert.match(
      complaint ?? '',
      /is orders-admitted-request-Prod in stage Prod of the API, but no API key of stack orders-dev/,
    );
    assert.deepEqual(check(charged, ['another', 'orders-admitted-request-Prod']), []);
  });

  it('reports nothing if keys are created elsewhere, or none is named', () => {
    assert.deepEqual(check(charged, []), []);
    assert.deepEqual(check(aDocument({ quota }, ['GET /users']), ['another']), []);
  });
});
