/**
 * All packages that are ever installed for functions: fixed packages in fixed versions, with hashes. Lambda's Python
 * runtimes include Boto3 and its dependencies (AWS Lambda developer guide, "Runtime dependencies in Python"). Node.js
 * runtimes up to nodejs16.x include the AWS SDK 2.
 */
import { fileURLToPath } from 'node:url';

export type LockList = {
  readonly name: string;
  /** The absolute path of the file with names, versions and hashes. */
  readonly file: string;
  /** A description of the packages for messages. */
  readonly what: string;
  /** The path of a file that exists only if the list is installed. */
  readonly proof: string;
};

const BOTO3 = 'boto3/__init__.py';
const fileOf = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

function pythonList(version: string, what: string): LockList {
  const name = `python-${version}`;
  return { name, what, file: fileOf(`${name}.txt`), proof: BOTO3 };
}

/** The lists for Python, newest first. Each list applies from the given minor version of Python 3 on. */
const PYTHON_LISTS: readonly (readonly [firstMinor: number, list: LockList])[] = [
  [10, pythonList('3.10', 'boto3 1.44.5')],
  [9, pythonList('3.9', 'boto3 1.42.97')],
  [8, pythonList('3.8', 'boto3 1.37.38')],
  [7, pythonList('3.7', 'boto3 1.33.13')],
];

/** The modules that these lists provide. */
export const PYTHON_MODULES: ReadonlySet<string> = new Set([
  'boto3',
  'botocore',
  's3transfer',
  'jmespath',
  'dateutil',
  'urllib3',
  'six',
]);

export const AWS_SDK_2: LockList = {
  name: 'aws-sdk-2',
  what: 'aws-sdk 2.1693.0',
  file: fileOf('aws-sdk-2.json'),
  proof: 'node_modules/aws-sdk/package.json',
};

/** Returns the list for an interpreter's version, for example `3.12.1`; undefined for Python 3.6 and below. */
export function pythonListFor(version: string): LockList | undefined {
  const minor = Number(version.split('.')[1]);
  return PYTHON_LISTS.find(([first]) => minor >= first)?.[1];
}
