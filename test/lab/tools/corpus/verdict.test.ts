import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../../../lab/tools/corpus/verdict.ts';
import type { Answer, Finding, Start, Verdict } from '../../../../lab/tools/corpus/verdict.ts';

const FINDING: Finding = { logicalId: 'Hello', property: 'Runtime', consequence: 'python cannot run here' };
const READY: Start = { kind: 'ready', findings: [] };
const FORETOLD: Start = { kind: 'ready', findings: [FINDING] };

function answer(status: number | undefined, log = '', statuses = ['2xx', '404']): Answer {
  const route = { protocol: 'http', method: 'GET', path: '/a', statuses } as const;
  return { route, status, isUnknownRoute: false, isOwnWords: false, log };
}

function verdictOf(start: Start, ...answers: Answer[]): Verdict {
  return judge({ start, answers, diedLater: false }).verdict;
}

describe('the verdict on a project that starts', () => {
  it('is that it works if every answer is one of the expected answers', () => {
    assert.equal(verdictOf(READY, answer(201), answer(404)), 'works');
  });

  it('is that it is wrong if an answer is another one, or is missing', () => {
    assert.equal(verdictOf(READY, answer(200), answer(403)), 'wrong');
    assert.equal(verdictOf(READY, answer(undefined)), 'wrong');
  });

  it('never takes a 5xx for an answer, whatever is expected', () => {
    const log = 'GET /a 502 3 ms integrate (TypeError: x is undefined)';

    assert.equal(verdictOf(READY, answer(502, log, ['502', '5xx', '2xx'])), 'wrong');
  });

  it('never takes a route that the gateway does not have for the 404 of a function', () => {
    assert.equal(verdictOf(READY, { ...answer(404), isUnknownRoute: true }), 'wrong');
  });

  it('is a clear refusal if the start has named what the log repeats', () => {
    const log = 'GET /a 500 1 ms integrate (Execution failed due to configuration error: no runtime)';

    assert.equal(verdictOf(FORETOLD, answer(500, log), answer(200)), 'refused clearly');
    assert.equal(
      verdictOf(FORETOLD, answer(500, 'GET /a 500 1 ms integrate (python cannot run here)')),
      'refused clearly',
    );
    assert.equal(verdictOf(READY, answer(500, log)), 'wrong', 'the start has named nothing');
    assert.equal(verdictOf(FORETOLD, answer(502, 'GET /a 502 1 ms integrate (Error: Hello)')), 'wrong');
  });

  it('is unclear if nothing explains why a route fails, whatever else is wrong', () => {
    assert.equal(verdictOf(FORETOLD, answer(500, 'GET /a 500 1 ms integrate'), answer(403)), 'unclear');
    assert.equal(verdictOf(FORETOLD, answer(500)), 'unclear');
    assert.equal(verdictOf(FORETOLD, { ...answer(500), isOwnWords: true }), 'wrong', 'the function says why');
  });

  it('is a crash if the gateway ends meanwhile', () => {
    assert.equal(judge({ start: READY, answers: [answer(200)], diedLater: true }).verdict, 'crash');
  });

  it('is not that it works if nothing was asked', () => {
    assert.equal(verdictOf(READY), 'wrong');
  });
});

describe('the verdict on a project that does not start', () => {
  const cases: readonly (readonly [text: string, code: number | null, verdict: Verdict])[] = [
    ['error: /p/template.yaml:20: broken YAML: a key is there twice', 1, 'refused clearly'],
    ['loading\nerror: parameter "Domain" has no value; give --param Domain=…', 2, 'refused clearly'],
    [
      'error: two errors:\n  at provider: unrecognized property\n  serverless.yml:3: runtime',
      1,
      'refused clearly',
    ],
    ['', 1, 'unclear'],
    ['error: Configuration error:', 1, 'unclear'],
    ['error: something went wrong', 1, 'unclear'],
    ['TypeError: Os.tmpDir is not a function\n    at load (/p/node_modules/x/index.js:4:10)', 1, 'unclear'],
    [Array.from({ length: 60 }, (_, at) => `"option ${at}" must define a type`).join('\n'), 1, 'unclear'],
    ['Uncaught TypeError: "x" is undefined', 1, 'crash'],
    ['error: "x"', null, 'crash'],
    ['error: "x"', 134, 'crash'],
  ];
  for (const [text, code, verdict] of cases)
    it(`is ${verdict} for ${JSON.stringify(text.slice(0, 50))} and code ${code}`, () => {
      assert.equal(verdictOf({ kind: 'ended', code, stderr: text }), verdict);
    });

  it('is a crash if it is not ready in time', () => {
    assert.equal(verdictOf({ kind: 'stopped', reason: 'not ready within 60 s' }), 'crash');
  });
});
