/** Mutual TLS of custom domains, with local copies of the truststores that AWS reads from S3 (docs/aws §10.7). */
import { ruledFault } from '../../core/errors.ts';
import { readTruststore } from '@gatewright/aws/certificates/truststore';
import { mapOf, textOf } from '@gatewright/aws/json-object';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { Tolerance } from '../../core/errors.ts';
import type { ControlResource } from '../control-resource.ts';
import type { Truststore } from '@gatewright/aws/certificates/truststore';

export type TruststoreSource = {
  readonly readObject: (address: string) => string | undefined;
  readonly file: string;
  /** `--tls`: whether the gateway serves TLS. Without TLS, it cannot request client certificates. */
  readonly servesTls: boolean;
};

/** The truststore source of a gateway without TLS. Domains with mutual TLS are closed. */
export const NO_TRUSTSTORES: TruststoreSource = {
  readObject: () => undefined,
  file: 'gatewright.values.yml',
  servesTls: false,
};

/** The guard of a domain. If both members are undefined, the domain requires no certificate. */
export type MutualTls = {
  readonly truststore?: Truststore | undefined;
  readonly closedBecause?: string | undefined;
};

/**
 * Reads the mutual TLS settings of a domain. A domain whose client certificates cannot be checked, because the gateway
 * does not serve TLS or the truststore is missing or invalid, responds to every request with 500, unless
 * `--allow-unguarded` is set.
 */
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
    const fault = ruledFault('value-elsewhere', item.place('MutualTlsAuthentication'), error.message);
    tolerance.note(fault, 'every request to the domain receives 500, unless --allow-unguarded is set');
    return { closedBecause: fault.describe() };
  }
}

/**
 * Finds the truststore object for the version, `truststore.pem?versionId=…`, or else the object without a version. Both
 * can exist during a rotation.
 * @throws RangeError if the gateway does not serve TLS, or the truststore is missing or invalid
 */
export function findTruststore(mutualTls: JsonObject, source: TruststoreSource): Truststore {
  if (!source.servesTls)
    throw new RangeError('without TLS the gateway cannot ask clients for a certificate: start with --tls');
  const uri = textOf(mutualTls, 'TruststoreUri');
  const version = textOf(mutualTls, 'TruststoreVersion');
  const address = /^s3:\/\/([^/]+\/.+)$/i.exec(uri)?.[1];
  if (address === undefined)
    throw new RangeError(`TruststoreUri must have the form s3://bucket/key, not "${uri}"`);
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
