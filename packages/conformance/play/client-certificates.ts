/** Client certificates for mutual TLS: one from a CA that is in the truststore of the case, and one from another CA. */
import { issueFrom, makeAuthority } from '@gatewright/aws/certificates/issue-certificate';

const DAY_MS = 86_400_000;
const BUCKET = 'parity';
const OBJECT = 'truststore.pem';

/** The truststore URI in the domain's MutualTlsAuthentication. */
export const TRUSTSTORE_URI = `s3://${BUCKET}/${OBJECT}`;

type ClientCertificates = {
  /** The file from which the gateway reads the truststore. */
  readonly files: Readonly<Record<string, string>>;
  of(whose: 'trusted' | 'stranger'): { readonly cert: string; readonly key: string };
};

let made: ClientCertificates | undefined;

export function clientCertificates(): ClientCertificates {
  made ??= make();
  return made;
}

function make(): ClientCertificates {
  const life = { fromEpochMs: Date.now() - DAY_MS, toEpochMs: Date.now() + DAY_MS };
  const [authority, other] = ['parity authority', 'other authority'].map((commonName) =>
    makeAuthority({ commonName, ...life }),
  );
  if (authority === undefined || other === undefined)
    throw new Error('the case needs two certificate authorities');
  const [trusted, stranger] = [authority, other].map((signer) => {
    const { certificate, privateKey } = issueFrom(signer, 'client', {
      commonName: 'device',
      names: [],
      ...life,
    });
    return { cert: certificate, key: privateKey };
  });
  const values = { s3: { [BUCKET]: { [OBJECT]: authority.certificate } } };
  return {
    files: { 'gatewright.values.yml': JSON.stringify(values) },
    of: (whose) => {
      const found = whose === 'trusted' ? trusted : stranger;
      if (found === undefined) throw new Error(`the case has no client certificate named "${whose}"`);
      return found;
    },
  };
}
