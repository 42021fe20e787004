/**
 * These axes use stacks with a growing number of one thing. They measure what the start of such a stack costs, and what
 * each request costs.
 */
import { webAclResources } from '../web-acl.ts';
import type { Axis } from './axis.ts';
import { MEMORY, OF_REQUESTS, START } from './columns.ts';
import { askUnderLoad, serving } from './served.ts';
import type { LoadOrder } from './served.ts';
import * as stacks from './stacks.ts';

type Grown = Omit<Axis, 'columns' | 'measure'> & {
  readonly template: (size: number) => stacks.Template;
  readonly files?: (size: number) => Readonly<Record<string, string>>;
  /** Additional sources with which the gateway is started. */
  readonly words?: (size: number) => readonly string[];
  /** The paths that are requested, all of them in turn. */
  readonly asked: (size: number) => Omit<LoadOrder, 'seconds'>;
};

/** Returns the names of all templates except the first. */
const otherStacks = (size: number): readonly string[] =>
  Array.from({ length: size - 1 }, (_, n) => `stack${n + 1}.json`);

const GROWN: readonly Grown[] = [
  {
    name: 'routes',
    title: 'Routes',
    counts: 'routes of a REST API',
    sizes: [10, 100, 1_000, 10_000],
    template: stacks.restRoutes,
    asked: (size) => ({ path: '/dev/r{n}', turns: size }),
    how: 'One REST API from an OpenAPI document, with every route called in turn. AWS allows an API 300 resources and raises that quota on request: `--account-quota resources=20000`. The quota of routes of an HTTP API can be raised with `routes` in the same way, but AWS does not raise the limit of 300 integrations.',
    why: 'At startup, each route is read and compiled once; a request walks the tree along its own path.',
  },
  {
    name: 'functions',
    title: 'Functions, declared',
    counts: 'functions',
    sizes: [1, 10, 100, 1_000],
    template: stacks.functions,
    files: (size) =>
      Object.fromEntries(Array.from({ length: size }, (_, n) => [`src/f${n}.js`, stacks.SOURCE])),
    asked: (size) => ({ path: `/dev/r${size - 1}` }),
    how: 'A REST API with a method, a resource and a permission for each function, whose code is in a file of its own; the last function is called. `--account-quota resources=20000`.',
    why: 'At startup, five resources of the template are read for each function; code is bundled at the first call, so only one function is bundled.',
  },
  {
    name: 'warm-functions',
    title: 'Functions, warm',
    counts: 'functions called in turn',
    sizes: [1, 4, 16, 64],
    template: stacks.functions,
    files: (size) =>
      Object.fromEntries(Array.from({ length: size }, (_, n) => [`src/f${n}.js`, stacks.SOURCE])),
    asked: (size) => ({ path: '/dev/r{n}', turns: size }),
    how: 'The stack of the axis “Functions, declared”, with every function called in turn, so that each has a warm instance: as many threads as functions.',
    why: 'Each instance is a thread with memory of its own. The events of one turn of the event loop are sent to a busy instance together; spread over many threads, they are sent one by one, and the two processors switch between threads.',
  },
  {
    name: 'authorizers',
    title: 'Authorizers',
    counts: 'authorizers of an HTTP API',
    sizes: [1, 10, 100, 1_000],
    template: stacks.authorizers,
    asked: (size) => ({ path: '/r{n}', turns: size, headers: { Authorization: 'token' } }),
    how: 'An HTTP API with a route behind each authorizer, all called in turn; authorizer results are cached for an hour. AWS allows an API 10 authorizers and raises that quota on request: `--account-quota authorizers=20000`, together with `routes=20000`.',
    why: 'Cached results are found by authorizer and credential in one map.',
  },
  {
    name: 'template',
    title: 'Size of the template',
    counts: 'resources of the template',
    sizes: [10, 100, 1_000, 4_900],
    template: stacks.resources,
    asked: () => ({ path: '/r0' }),
    how: 'One route, and queues, each of which refers to the previous one. The gateway accepts at most 5,000 resources in a template.',
    why: 'At startup, each resource is read, resolved and classified once; requests read none of them.',
  },
  {
    name: 'stages',
    title: 'Stages',
    counts: 'stages of an HTTP API',
    sizes: [1, 10, 100, 1_000],
    template: stacks.stages,
    asked: (size) => ({ path: '/s{n}/one', turns: size }),
    how: 'One HTTP API whose stages are called in turn. AWS allows an API 10 stages and raises that quota on request: `--account-quota stages=20000`.',
    why: 'Each stage has a deployment of its own; a request finds its stage by name.',
  },
  {
    name: 'usage-plans',
    title: 'Usage plans',
    counts: 'usage plans',
    sizes: [1, 10, 100, 1_000],
    template: (size) => stacks.keysAndPlans(size, size),
    asked: (size) => ({ path: '/dev/r', turns: size, headers: { 'x-api-key': stacks.keyOf('{n}') } }),
    how: 'A method that requires an API key, and usage plans that include its stage, each with a key of its own; all keys are used in turn. AWS allows an account 300 plans and raises that quota on request: `--account-quota usage-plans=20000`.',
    why: 'A key refers to its own plans; a request reads no others.',
  },
  {
    name: 'web-acl-rules',
    title: 'Rules of a web ACL',
    counts: 'rules that let the request pass',
    sizes: [1, 5, 10, 25, 50],
    template: (size) => ({
      Resources: { ...stacks.restRoutes(1).Resources, ...webAclResources('Rest', size) },
    }),
    asked: () => ({ path: '/dev/r0' }),
    how: 'A REST API behind a web ACL of rules of all kinds (`bench -- web-acl`), none of which matches.',
    why: 'Every rule is evaluated for every request, because none of them terminates the evaluation.',
  },
  {
    name: 'stacks',
    title: 'Stacks',
    counts: 'stacks of one gateway',
    sizes: [1, 4, 16, 64],
    template: () => stacks.httpRoutes(1),
    files: (size) => ({
      'src/index.js': stacks.SOURCE,
      ...Object.fromEntries(
        otherStacks(size).map((file) => [file, JSON.stringify(stacks.httpRoutes(1, file.slice(0, -5)))]),
      ),
    }),
    words: otherStacks,
    asked: () => ({ path: '/r0' }),
    how: 'Each stack is a template with an HTTP API and a function of its own; the API of the first stack is called.',
    why: 'At startup, each stack is read once, and a port is opened for its API; a request arrives at the port of its own API.',
  },
  {
    name: 'services',
    title: 'AWS services',
    counts: 'services of the stack',
    sizes: [1, 2, 4, 8, 12],
    template: stacks.services,
    asked: () => ({ path: '/r0' }),
    how: 'One route of an HTTP API, and one resource each of SQS, SNS, EventBridge, Kinesis, Step Functions, S3, DynamoDB, Scheduler, CloudWatch, Systems Manager, Secrets Manager, Cognito.',
    why: 'A service is loaded when the first of its resources is read. The ninth service adds an alarm, so each request and event is then counted for its metric: a step, not growth.',
  },
];

export const STACK_AXES: readonly Axis[] = GROWN.map(
  ({ template, files, words, asked, name, title, counts, sizes, how, why }) => ({
    name,
    title,
    counts,
    sizes,
    how,
    why,
    columns: [START, ...OF_REQUESTS, MEMORY, { key: 'templateKb', title: 'template, kB' }],
    measure: (size, seconds) =>
      serving(
        { name, template: template(size), files: files?.(size), words: words?.(size) },
        async (served) => {
          const figures = await askUnderLoad(served, { ...asked(size), seconds });
          return { ...figures, startMs: served.startMs, templateKb: served.templateBytes / 1000 };
        },
      ),
  }),
);
