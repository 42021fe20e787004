/**
 * If a variable of a service has no value, the suggested change is made exactly as suggested, and the service starts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import type { AdvisedProject } from '../../../../support/an-advised-project.ts';
import type { GatewayOptions } from '../../../../../packages/gateway/engine/index.ts';

const FUNCTIONS = (environment: readonly string[]): string => `provider: { name: aws, runtime: nodejs22.x }
functions:
  show:
    handler: index.show
    events: [{ httpApi: GET / }]
    environment:
${environment.map((value, index) => `      WORD${index}: '${value}'\n`).join('')}`;

type Case = {
  readonly title: string;
  /** Its value is `hello` once the refusal's advice is followed. */
  readonly variable: string;
  readonly refusal: RegExp;
  /** Does what the refusal says. The text between its backticks is given. */
  readonly follow: (project: AdvisedProject, text: string) => Partial<GatewayOptions>;
};

const addValue = (project: AdvisedProject, text: string): Partial<GatewayOptions> => {
  const [, kind = '', entry = ''] = /^(\w+): \{ (.*) \}$/.exec(text) ?? [];
  addTo(project, 'gatewright.values.yml', `${kind}: { ${entry.replace('VALUE', 'hello')} }\n`);
  return {};
};
const addTo = (project: AdvisedProject, file: string, text: string): void =>
  project.write(file, `${project.read(file)}${text}`);

/** One service has all of these variables: a refusal is followed by that of the next one. */
const CASES: readonly Case[] = [
  {
    title: 'an option',
    variable: '${opt:who}',
    refusal: /\$\{opt:who\} \S+ has no value: .* write \$\{param:who\} and pass --param who=…/,
    follow(project) {
      project.write('serverless.yml', project.read('serverless.yml').replace('${opt:who}', '${param:who}'));
      return { parameters: { who: 'hello' } };
    },
  },
  {
    title: 'a parameter',
    variable: '${param:word}',
    refusal:
      /\$\{param:word\} .*set it with --param, or write `params: \{ default: \{ word: VALUE \} \}` in serverless\.yml/,
    follow: () => ({ parameters: { word: 'hello' } }),
  },
  {
    title: 'a secret that is read as a parameter of SSM',
    variable: '${ssm:/aws/reference/secretsmanager/word}',
    refusal: /gatewright\.values\.yml as `secretsmanager: \{ word: VALUE \}`/,
    follow: addValue,
  },
  {
    title: 'a parameter of SSM',
    variable: '${ssm:/shop/word}',
    refusal: /gatewright\.values\.yml as `ssm: \{ \/shop\/word: VALUE \}`/,
    follow: addValue,
  },
  {
    title: 'an object of S3',
    variable: '${s3:words/first.txt}',
    refusal: /gatewright\.values\.yml as `s3: \{ words: \{ first\.txt: VALUE \} \}`/,
    follow: addValue,
  },
  {
    title: 'an output of a stack that is not served',
    variable: '${cf:other.Word}',
    refusal: /or write the value to custom\.gatewright\.variables as 'cf:other\.Word'/,
    follow(project) {
      const variables = "  gatewright: { variables: { 'cf:other.Word': hello } }\n";
      addTo(project, 'serverless.yml', variables);
      return {};
    },
  },
  {
    title: 'a variable of the environment',
    variable: '${env:NO_SUCH_WORD}',
    refusal: /\$\{env:NO_SUCH_WORD\} \S+ has no value: set it in the environment or with --env-file/,
    follow: () => ({ environment: { NO_SUCH_WORD: 'hello' } }),
  },
  {
    title: 'a part of a file',
    variable: '${file(words.yml):first}',
    refusal: /check that the file exists and contains the value/,
    follow(project) {
      project.write('words.yml', 'first: hello\n');
      return {};
    },
  },
  {
    title: 'a part of the service itself',
    variable: '${self:custom.word}',
    refusal: /\$\{self:custom\.word\} \S+ has no value: define it in the service/,
    follow(project) {
      addTo(project, 'serverless.yml', '  word: hello\n');
      return {};
    },
  },
];

const HANDLER = `exports.show = async () => {
  const names = Object.keys(process.env).filter((name) => name.startsWith('WORD'));
  return { statusCode: 200, body: names.map((name) => process.env[name]).join() };
};`;
const words = (count: number): string => Array.from({ length: count }, () => 'hello').join();

/** What is refused, or '' if the service starts. */
const refusalOf = (project: AdvisedProject, options: Partial<GatewayOptions>): Promise<string> =>
  project.ask({}, options).then(
    ({ body }) => {
      assert.fail(`the service has started: ${body}`);
    },
    (error: unknown) => String(error),
  );

describe('the advice on a variable without a value', () => {
  it('lets the service start once that of each refusal is followed', async () => {
    const service = `service: shop\n${FUNCTIONS(CASES.map(({ variable }) => variable))}custom:\n`;
    using project = anAdvisedProject('serverless.yml', {
      'serverless.yml': `${service}  other: 1\n`,
      'index.js': HANDLER,
      'gatewright.values.yml': '',
    });
    const options: { parameters: Record<string, string>; environment: Record<string, string> } = {
      parameters: {},
      environment: {},
    };
    const left = new Set(CASES);
    while (left.size > 0) {
      const refused = await refusalOf(project, options);
      // osls names the variables of some sources together.
      const sentences = refused.split(/(?<=DefinitionError: |\. )/).slice(1);
      for (const sentence of sentences) {
        const next = [...left].find(({ refusal }) => refusal.test(sentence));
        assert.ok(next !== undefined, `no case is refused so: ${refused}`);
        const [, text = ''] = /`([^`]+)`/.exec(sentence) ?? [];
        const { parameters, environment } = next.follow(project, text);
        Object.assign(options.parameters, parameters);
        Object.assign(options.environment, environment);
        left.delete(next);
      }
    }

    const { status, body } = await project.ask({}, options);
    assert.deepEqual({ status, body }, { status: 200, body: words(CASES.length) });
  });

  it('names a variable of the environment for an option in the name of the service, which osls does not name', async () => {
    const rest = FUNCTIONS(['hello']);
    using project = anAdvisedProject('serverless.yml', {
      'serverless.yml': `service: a-\${opt:who}\n${rest}`,
      'index.js': HANDLER,
    });
    const refused = await refusalOf(project, {});
    const [, text = ''] =
      /\$\{opt:who\} \S+ has no value: osls reads service before options .* write `([^`]+)` and set WHO/.exec(
        refused,
      ) ?? [];
    project.write('serverless.yml', `service: a-${text}\n${rest}`);

    const { status, body } = await project.ask({}, { environment: { WHO: 'me' } });
    assert.deepEqual({ status, body }, { status: 200, body: 'hello' }, refused);
  });
});
