import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  JavaBigDecimal,
  JavaBigInteger,
  JavaCharacter,
  JavaDouble,
  JavaList,
  JavaLong,
  JavaMap,
  type JavaValue,
} from '../../../../packages/gateway/velocity/java/values.ts';
import { TemplateError } from '../../../../packages/gateway/velocity/java/template-error.ts';
import { compileTemplate } from '../../../../packages/gateway/velocity/compile.ts';

type Recorded = null | boolean | number | string | Recorded[] | { [key: string]: Recorded };

type Case = {
  name: string;
  template: string;
  context?: string | Record<string, Recorded>;
  undefined?: 'empty';
  expected?: string;
  error?: true;
};

const file = new URL('../../../fixtures/velocity/cases.json', import.meta.url);
const { contexts, cases } = JSON.parse(readFileSync(file, 'utf8')) as {
  contexts: Record<string, Record<string, Recorded>>;
  cases: Case[];
};

function valueOf(recorded: Recorded): JavaValue {
  if (Array.isArray(recorded)) return new JavaList(recorded.map(valueOf));
  if (typeof recorded === 'number') return Number.isInteger(recorded) ? recorded : new JavaDouble(recorded);
  if (recorded === null || typeof recorded !== 'object') return recorded;
  const { $java: javaClass, value } = recorded;
  if (javaClass === undefined) {
    return JavaMap.of(Object.entries(recorded).map(([key, each]) => [key, valueOf(each)] as const));
  }
  if (javaClass === 'JSONArray') return new JavaList((value as Recorded[]).map(valueOf), 'json');
  const text = value as string;
  switch (javaClass) {
    case 'Long':
      return new JavaLong(BigInt(text));
    case 'Double':
      return new JavaDouble(Number(text));
    case 'BigInteger':
      return new JavaBigInteger(BigInt(text));
    case 'BigDecimal': {
      const [whole = '', fraction = ''] = text.split('.');
      return new JavaBigDecimal(BigInt(whole + fraction), fraction.length);
    }
    default:
      return new JavaCharacter(text);
  }
}

/** The text, or `refused` if the template does not compile or render. */
function render({ template, name, context = {}, undefined: mode }: Case): string | TemplateError {
  const recorded = typeof context === 'string' ? (contexts[context] ?? {}) : context;
  const variables = Object.fromEntries(Object.entries(recorded).map(([key, value]) => [key, valueOf(value)]));
  try {
    return compileTemplate(template, name).render({ variables, undefinedReferences: mode ?? 'source' });
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

describe('compileTemplate against Apache Velocity 1.7', () => {
  it('has a broad set of recorded results to compare with', () => {
    assert.ok(cases.length >= 1_500, `only ${cases.length} cases`);
    assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length);
  });

  it('renders every recorded template to the same text', () => {
    for (const each of cases.filter(({ expected }) => expected !== undefined)) {
      const actual = render(each);

      assert.equal(String(actual), each.expected, `${each.name}: ${JSON.stringify(each.template)}`);
    }
  });

  it('refuses every template that Velocity fails on', () => {
    for (const each of cases.filter(({ error }) => error === true)) {
      const actual = render(each);

      assert.ok(actual instanceof TemplateError, `${each.name} rendered ${JSON.stringify(actual)}`);
      assert.ok((actual.line ?? 0) >= 1 && (actual.column ?? 0) >= 1, `${each.name} has no place`);
    }
  });
});
