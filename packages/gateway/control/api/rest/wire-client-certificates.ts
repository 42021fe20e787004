/** Client certificates in AWS's REST API. The private key is never shown, as on AWS. */
import { badRequest, orNotFound } from '../../control-error.ts';
import { readPatch } from '../../edits/patch.ts';
import { collectionRoutes } from './wire-collection.ts';
import { epochSeconds, optionalText, textMap } from './wire-shape.ts';
import type { ClientCertificate } from '../../client-certificates.ts';
import type { PatchRule } from '../../edits/patch.ts';
import type { RestControl } from './wire-api.ts';
import type { WireCall, WireRoute } from './wire-router.ts';

const ID_LENGTH = 6;
/** AWS's quota of client certificates per account and region. */
const MAX_CERTIFICATES = 60;

export function clientCertificateRoutes({ apis, random }: RestControl): readonly WireRoute[] {
  const { clientCertificates } = apis.account;
  const get = ({ path }: WireCall): ClientCertificate => {
    return orNotFound(
      clientCertificates.find(path('clientCertificateId')),
      'Invalid Client Certificate identifier specified',
    );
  };
  return collectionRoutes({
    all: '/clientcertificates',
    one: '/clientcertificates/{clientCertificateId}',
    show,
    create({ body }) {
      if (clientCertificates.all.length >= MAX_CERTIFICATES)
        throw badRequest(`Maximum number of client certificates reached: ${MAX_CERTIFICATES}`);
      const description = optionalText(body, 'description') ?? '';
      return clientCertificates.generate(random.hex(ID_LENGTH), description, textMap(body, 'tags'));
    },
    list: () => clientCertificates.all,
    get,
    change(call) {
      const patch = readPatch(call.body, 'updateClientCertificateInput', RULES);
      const changed = patch(get(call));
      clientCertificates.put(changed);
      return changed;
    },
    remove(call) {
      const { id } = get(call);
      const isInUse = apis.all.some(({ stages }) =>
        stages.some(({ settings }) => settings.clientCertificateId === id),
      );
      if (isInUse) throw badRequest(`Client certificate ${id} is in use by a stage`);
      clientCertificates.delete(id);
    },
  });
}

const RULES: readonly PatchRule<ClientCertificate>[] = [
  { path: '/description', on: { replace: (target, { value }) => ({ ...target, description: value }) } },
];

function show(certificate: ClientCertificate): object {
  const { id, description, key, createdAtEpochMs, expiresAtEpochMs, tags } = certificate;
  return {
    clientCertificateId: id,
    description: description === '' ? undefined : description,
    pemEncodedCertificate: key.certificate,
    createdDate: epochSeconds(createdAtEpochMs),
    expirationDate: epochSeconds(expiresAtEpochMs),
    tags: Object.keys(tags).length === 0 ? undefined : tags,
  };
}
