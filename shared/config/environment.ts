/** Shared checks of environment variables. Only this folder reads `process.env`. */
import type { AwsCallerConfig } from '../aws/aws-json-poster.ts';
import { DomainError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The name of a stage of this stack, as AWS allows it. */
export const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;

export function readStage(environment: Environment): string {
  return readText(environment, 'GATEWRIGHT_STAGE', STAGE_NAME, 'must be the name of a stage');
}

export function readTableName(environment: Environment, variable: string): string {
  return readText(environment, variable, /^[A-Za-z0-9_.-]{3,255}$/, 'must be the name of a DynamoDB table');
}

export function readNumber(
  environment: Environment,
  variable: string,
  [least, most]: readonly [number, number],
  usual: number,
): number {
  const text = environment[variable] ?? '';
  if (text === '') return usual;
  // The number is parsed without http/fields.ts, because an authorizer loads this file at startup and would also have
  // to load that module.
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most))
    throw invalid(variable, `must be a whole number from ${least} to ${most}; it is "${text}"`);
  return value;
}

/** Reads a list of strings that are separated by commas and have the given form. An empty variable is an empty list. */
export function readListed(
  environment: Environment,
  variable: string,
  form: RegExp,
  otherwise: string,
): ReadonlySet<string> {
  const texts = (environment[variable] ?? '').split(',').map((text) => text.trim());
  const given = texts.filter((text) => text !== '');
  if (!given.every((text) => form.test(text))) throw invalid(variable, otherwise);
  return new Set(given);
}

export function readText(
  environment: Environment,
  variable: string,
  form: RegExp,
  otherwise: string,
): string {
  const value = environment[variable] ?? '';
  if (!form.test(value)) throw invalid(variable, otherwise);
  return value;
}

/**
 * Reads Lambda's variables for signing calls to AWS services: `AWS_REGION` and the credentials.
 * @throws DomainError CONFIG_INVALID if a variable is missing or invalid
 */
export function readSignerConfig(
  environment: Environment = process.env,
): Pick<AwsCallerConfig, 'region' | 'credentials'> {
  const unset = 'is missing or malformed';
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  return {
    region: readText(environment, 'AWS_REGION', /^[a-z0-9-]{1,32}$/, unset),
    credentials: {
      accessKeyId: readText(environment, 'AWS_ACCESS_KEY_ID', /^\w+$/, unset),
      secretAccessKey: readText(environment, 'AWS_SECRET_ACCESS_KEY', /^\S+$/, unset),
      ...(sessionToken !== undefined && { sessionToken }),
    },
  };
}

/**
 * A message contains the value only of a variable that holds a number or one of a few words. Another value may be a
 * secret that somebody has written into the wrong variable.
 */
export function invalid(variable: string, what: string): DomainError {
  return new DomainError('CONFIG_INVALID', `${variable} ${what}`);
}
