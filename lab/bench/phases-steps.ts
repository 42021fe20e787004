/**
 * Assigns samples of V8's profilers to steps of a request and to kinds of work, by the files and functions on the
 * stack. Pure.
 */

export type Frame = { readonly functionName: string; readonly url: string };

/**
 * `weight` is in microseconds or bytes. `stack` starts at the running function and continues outwards to its callers.
 */
type Sample = { readonly stack: readonly Frame[]; readonly weight: number };

type CpuProfile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: Frame;
    readonly children?: number[] | undefined;
  }[];
  readonly samples?: readonly number[] | undefined;
  readonly timeDeltas?: readonly number[] | undefined;
};

type HeapNode = {
  readonly callFrame: Frame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
};

/** The steps of a request, in order. The names of phases are the gateway's own. */
export const STEPS = [
  'node:http, in',
  'receive',
  'screen',
  'preflight',
  'match',
  'authenticate',
  'authorize',
  'meter',
  'validate',
  'cache',
  'map-request',
  'integrate',
  'instance',
  'postMessage',
  'map-response',
  'compress',
  'fail',
  'finish',
  'log',
  'recording',
  'pipeline and trail',
  'reply',
  'system call: socket',
  'system call: log',
  'node, other',
  'engine',
  'garbage collection',
] as const;
export type Step = (typeof STEPS)[number];

export const KINDS = [
  'write system calls',
  'postMessage',
  'event as JSON text',
  'JSON.parse',
  'garbage collection',
  'Node: HTTP, streams, events',
  'engine, no JavaScript running',
  'other code of the gateway',
] as const;
export type Kind = (typeof KINDS)[number];

export function cpuSamples({ nodes, samples = [], timeDeltas = [] }: CpuProfile): readonly Sample[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const weights = new Map<number, number>();
  for (const [index, id] of samples.entries())
    weights.set(id, (weights.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  return [...weights].map(([leaf, weight]) => {
    const stack: Frame[] = [];
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const node = byId.get(id);
      if (node !== undefined) stack.push(node.callFrame);
    }
    return { stack, weight };
  });
}

export function heapSamples(head: HeapNode, outer: readonly Frame[] = []): readonly Sample[] {
  const stack = [head.callFrame, ...outer];
  return [{ stack, weight: head.selfSize }, ...head.children.flatMap((child) => heapSamples(child, stack))];
}

const WRITES = /^write(v|Buffer|\w+String)$/;
/**
 * The nearest matching frame on the stack determines the step. The time of code that matches no row (routing, events,
 * mapping) is attributed to the code's caller.
 */
const PLACES: readonly (readonly [pattern: RegExp, step: Step | 'a phase'])[] = [
  [/\/core\/phases\/([a-z-]+)\.ts$/, 'a phase'],
  [/\/core\/(?:pipeline|trail)\.ts$/, 'pipeline and trail'],
  [/\/console\/records\//, 'recording'],
  [/\/packages\/gateway\/lambda\//, 'instance'],
  [/\/(?:services\/logs\/log-|server\/control-port\/log-)/, 'log'],
  [/\/packages\/gateway\/server\//, 'receive'],
];
const isStep = (name: string | undefined): name is Step => STEPS.some((step) => step === name);

/** Returns the step of a sample; undefined if the thread was idle, or the profiler itself ran. */
export function stepOf(stack: readonly Frame[]): Step | undefined {
  const [leaf] = stack;
  if (leaf === undefined || isOutside(stack)) return undefined;
  if (leaf.functionName === '(garbage collector)') return 'garbage collection';
  const place = placeOf(stack);
  if (isWrite(leaf))
    return stack.some(({ url }) => url.includes('/packages/gateway/server/'))
      ? 'system call: socket'
      : 'system call: log';
  if (isPost(leaf)) return 'postMessage';
  if (place !== undefined) return place;
  if (stack.some(({ url }) => /^node:_http_/.test(url))) return 'node:http, in';
  return stack.some(({ url }) => url !== '') ? 'node, other' : 'engine';
}

function placeOf(stack: readonly Frame[]): Step | undefined {
  for (const [index, { url }] of stack.entries())
    for (const [pattern, step] of PLACES) {
      const found = pattern.exec(url);
      if (found === null) continue;
      if (step === 'a phase') return isStep(found[1]) ? found[1] : undefined;
      const isReply =
        step === 'receive' && stack.slice(index).some(({ functionName }) => functionName === 'send');
      return isReply ? 'reply' : step;
    }
  return undefined;
}

export function kindOf(stack: readonly Frame[]): Kind | undefined {
  const [leaf] = stack;
  if (leaf === undefined || isOutside(stack)) return undefined;
  const { functionName, url } = leaf;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (isWrite(leaf)) return 'write system calls';
  if (isPost(leaf)) return 'postMessage';
  // JSON.stringify and JSON.parse have no frame of their own, so their time is attributed to their caller.
  if (/\/core\/events\//.test(url) && /^build\w*Event$/.test(functionName)) return 'event as JSON text';
  if (functionName === 'parseJson') return 'JSON.parse';
  if (/^file:/.test(url)) return 'other code of the gateway';
  return stack.some((frame) => frame.url !== '')
    ? 'Node: HTTP, streams, events'
    : 'engine, no JavaScript running';
}

function isOutside(stack: readonly Frame[]): boolean {
  return stack[0]?.functionName === '(idle)' || stack.some(({ url }) => url.startsWith('node:inspector'));
}

function isWrite({ functionName, url }: Frame): boolean {
  return url === '' && WRITES.test(functionName);
}

function isPost({ functionName, url }: Frame): boolean {
  return url === '' && functionName === 'postMessage';
}

/** Sums the weights by name. Samples without a name are not counted. */
export function sumBy<Name extends string>(
  samples: readonly Sample[],
  nameOf: (stack: readonly Frame[]) => Name | undefined,
): ReadonlyMap<Name, number> {
  const sums = new Map<Name, number>();
  for (const { stack, weight } of samples) {
    const name = nameOf(stack);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + weight);
  }
  return sums;
}

export function totalOf(sums: ReadonlyMap<string, number>): number {
  return [...sums.values()].reduce((sum, weight) => sum + weight, 0);
}
