/**
 * `AWS_LAMBDA_EXEC_WRAPPER` names a program that starts the runtime of a function, mostly in a layer
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html). Such a program may start a web server in place
 * of the handler, as the Lambda Web Adapter does.
 */
import type { FunctionDefinition } from '../../core/stack/function.ts';
import { findInLayers } from './layer-folders.ts';

type ExecWrapper =
  | { readonly kind: 'found'; readonly file: string }
  /** Layers of the function are not on this machine, and the wrapper is probably in one of them. */
  | { readonly kind: 'elsewhere'; readonly path: string; readonly layers: readonly string[] }
  | { readonly kind: 'missing'; readonly path: string };

type Wrapped = Partial<Pick<FunctionDefinition, 'environment' | 'layers'>>;

/** Returns undefined if the function has no wrapper. */
export function findExecWrapper({ environment = {}, layers = [] }: Wrapped): ExecWrapper | undefined {
  const path = environment['AWS_LAMBDA_EXEC_WRAPPER'];
  if (path === undefined || path === '') return undefined;
  if (!path.startsWith('/opt/')) return { kind: 'found', file: path };
  const file = findInLayers({ layers }, path.slice('/opt/'.length));
  if (file !== undefined) return { kind: 'found', file };
  const absent = layers.flatMap(({ arn, directory }) => (directory === undefined ? [arn] : []));
  return absent.length > 0 ? { kind: 'elsewhere', path, layers: absent } : { kind: 'missing', path };
}

/** Describes why a handler that only the wrapper can start is not found; undefined if no layer is missing. */
export function describeWrapperElsewhere(definition: Wrapped): string | undefined {
  const wrapper = findExecWrapper(definition);
  return wrapper?.kind === 'elsewhere'
    ? `on AWS, AWS_LAMBDA_EXEC_WRAPPER (${wrapper.path}) starts the handler; this wrapper is in a layer that is not on this machine: ${wrapper.layers.join(', ')}`
    : undefined;
}
