/**
 * If a variable of a service has no value, the suggested change is made exactly as suggested, and the service starts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anAdvisedProject } from '../../../../support/an-advised-project.ts';
import type { AdvisedProject } from '../../../../support/an-advised-project.ts';
import type { GatewayOptions } from '../../../../../packages/gateway/engine/index.ts';

const SERVICE = (value: string, head = 'service: shop'): string => `${head}
provider: { name: aws, runtime: nodejs22.x }
functions:
  show: { handler: index.show, environment: { WORD: '${value}' }, events: [{ httpApi: GET / }] }
`;

type Case = {
  readonly title: string;
  readonly service: string;
  readonly refusal: RegExp;
  /** Does what the refusal says. The text between its backticks is given. */
  readonly follow: (project: AdvisedProject, text: string) => Partial<GatewayOptions>;
};

const VALUES = 'gatewright.values.yml';
const writeValues = (project: AdvisedProject, text: string): Partial<GatewayOptions> => {
  project.write(VALUES, text.replace('VALUE', 'hello'));
  return {};
};

const CASES: readonly Case[] = [
  {
    title: 'an option in the name of the service, which osls does not name',
    service: SERVICE('hello', 'service: a-${opt:who}'),
    refusal:
      /\$\{opt:who\} has no value: osls reads service before options .* write `\$\{env:WHO\}` and set WHO/,
    follow(project, text) {
      project.write('serverless.yml', SERVICE('hello', `service: a-${text}`));
      return { environment: { WHO: 'me' } };
    },
  },
  {
    title: 'an option',
    service: SERVICE('${opt:who}'),
    refusal: /\$\{opt:who\} has no value: .* write \$\{param:who\} and pass --param who=…/,
    follow(project) {
      project.write('serverless.yml', SERVICE('${param:who}'));
      return { parameters: { who: 'hello' } };
    },
  },
  {
    title: 'a parameter that Serverless 4 reads elsewhere',
    service: SERVICE('${param:word}', 'service: shop\nstages: { default: { params: { word: hello } } }'),
    refusal:
      /stages\.default\.params is read by Serverless 4 only; write `params: \{ default: \{ word: "hello" \} \}`/,
    follow(project, text) {
      project.write('serverless.yml', `${project.read('serverless.yml')}${text}\n`);
      return {};
    },
  },
  {
    title: 'a parameter',
    service: SERVICE('${param:word}'),
    refusal: /set it with --param, or under params in serverless\.yml/,
    follow: () => ({ parameters: { word: 'hello' } }),
  },
  {
    title: 'a secret that is read as a parameter of SSM',
    service: SERVICE('${ssm:/aws/reference/secretsmanager/word}'),
    refusal: /gatewright\.values\.yml as `secretsmanager: \{ word: VALUE \}`/,
    follow: writeValues,
  },
  {
    title: 'a parameter of SSM',
    service: SERVICE('${ssm:/shop/word}'),
    refusal: /gatewright\.values\.yml as `ssm: \{ \/shop\/word: VALUE \}`/,
    follow: writeValues,
  },
  {
    title: 'an object of S3',
    service: SERVICE('${s3:words/first.txt}'),
    refusal: /gatewright\.values\.yml as `s3: \{ words: \{ first\.txt: VALUE \} \}`/,
    follow: writeValues,
  },
  {
    title: 'an output of a stack that is not served',
    service: SERVICE('${cf:other.Word}'),
    refusal: /or write the value to custom\.gatewright\.variables as 'cf:other\.Word'/,
    follow(project) {
      const variables = "custom: { gatewright: { variables: { 'cf:other.Word': hello } } }";
      project.write('serverless.yml', `${project.read('serverless.yml')}${variables}\n`);
      return {};
    },
  },
  {
    title: 'a variable of the environment',
    service: SERVICE('${env:NO_SUCH_WORD}'),
    refusal: /\$\{env:NO_SUCH_WORD\} has no value: set it in the environment or with --env-file/,
    follow: () => ({ environment: { NO_SUCH_WORD: 'hello' } }),
  },
  {
    title: 'a part of a file',
    service: SERVICE('${file(words.yml):first}'),
    refusal: /check that the file exists and contains the value/,
    follow(project) {
      project.write('words.yml', 'first: hello\n');
      return {};
    },
  },
  {
    title: 'a part of the service itself',
    service: SERVICE('${self:custom.word}'),
    refusal: /\$\{self:custom\.word\} has no value: define it in the service/,
    follow(project) {
      project.write('serverless.yml', `${project.read('serverless.yml')}custom: { word: hello }\n`);
      return {};
    },
  },
];

const HANDLER = 'exports.show = async () => ({ statusCode: 200, body: process.env.WORD });';

describe('the advice on a variable without a value', () => {
  for (const { title, service, refusal, follow } of CASES)
    it(`lets the service start: ${title}`, async () => {
      using project = anAdvisedProject('serverless.yml', { 'serverless.yml': service, 'index.js': HANDLER });

      const refused = await project.ask().then(
        () => '',
        (error: unknown) => String(error),
      );
      assert.match(refused, refusal);
      const [, text = ''] = /`([^`]+)`/.exec(refused) ?? [];
      const options = follow(project, text);
      const { status, body } = await project.ask({}, options);

      assert.deepEqual({ status, body }, { status: 200, body: 'hello' });
    });
});
