/** Mutual TLS of custom domains: the local files of their truststores in S3 (docs/aws §10.7). */
import { DefinitionError } from '../../core/errors.ts';
import { readTruststore } from '@gatewright/aws/certificates/truststore';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Tolerance } from '../../core/errors.ts';
import type { ControlResource } from '../control-resource.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type TruststoreSource = {
  readonly readObject: (address: string) => string | undefined;
  readonly file: string;
  /** `--tls`: without it, clients cannot be asked for certificates. */
  readonly servesTls: boolean;
};

/** For a gateway without TLS: domains with mutual TLS are closed. */
export const NO_TRUSTSTORES: TruststoreSource = {
  readObject: () => undefined,
  file: 'gatewright.values.yml',
  servesTls: false,
};

/** The guard of a domain; both undefined = it requires no certificate. */
export type MutualTls = {
  readonly truststore?: Truststore | undefined;
  readonly closedBecause?: string | undefined;
};

/** A domain that requires certificates but has no truststore refuses all requests. */
export function readMutualTls(
  item: ControlResource,
  source: TruststoreSource,
  tolerance: Tolerance,
): MutualTls {
  const written = item.properties['MutualTlsAuthentication'];
  if (written === undefined || written === null) return {};
  try {
    return { truststore: findTruststore(mapOf(item.properties, 'MutualTlsAuthentication'), source) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    if (tolerance.allowsUnguarded) return {};
    const fault = new DefinitionError(item.place('MutualTlsAuthentication'), error.message);
    tolerance.note(fault, 'every request to the domain answers 500, unless --allow-unguarded');
    return { closedBecause: fault.describe() };
  }
}

/**
 * An object of its version, `truststore.pem?versionId=…`, wins over the one without: a rotation by versions
 * may keep both. @throws RangeError with a sentence
 */
export function findTruststore(mutualTls: JsonObject, source: TruststoreSource): Truststore {
  if (!source.servesTls)
    throw new RangeError('clients cannot be asked for a certificate without TLS: start with --tls');
  const uri = textOf(mutualTls, 'TruststoreUri');
  const version = textOf(mutualTls, 'TruststoreVersion');
  const address = /^s3:\/\/([^/]+\/.+)$/i.exec(uri)?.[1];
  if (address === undefined) throw new RangeError(`TruststoreUri takes s3://bucket/key, not "${uri}"`);
  const ofVersion = version === '' ? undefined : source.readObject(`${address}?versionId=${version}`);
  const text = ofVersion ?? source.readObject(address);
  if (text === undefined) {
    const [bucket = '', ...key] = address.split('/');
    throw new RangeError(
      `the truststore ${uri} is not on this machine: write it to ${source.file} as s3: { ${bucket}: { ${key.join('/')}: !file … } }`,
    );
  }
  try {
    return readTruststore(text);
  } catch (error) {
    if (error instanceof RangeError)
      throw new RangeError(`the truststore ${uri} ${error.message}`, { cause: error });
    throw error;
  }
}
