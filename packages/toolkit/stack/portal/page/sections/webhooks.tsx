import { useState } from 'preact/hooks';
import { change } from '../api.ts';
import {
  CredentialActions,
  endingSecrets,
  Facts,
  NameField,
  noteToCopy,
  ShownSecrets,
  useShownSecrets,
} from '../elements/credential.tsx';
import type { CredentialWords } from '../elements/credential.tsx';
import type { Shown } from '../elements/shown-secrets.ts';
import { Badge, Empty, Fold, Form, Loaded, SectionHead } from '../elements/parts.tsx';
import type { ChangedEndpoint, Endpoint, Webhooks, WebhookSource } from '@gatewright/handlers/portal/answers';
import { describeSigning, signingExample } from '../signing.ts';
import { day, time } from '../texts.ts';
import { useFetched } from '../use-fetched.ts';

const WORDS: CredentialWords = {
  noun: 'endpoint',
  copied: 'secret',
  rotateNote:
    'During this time, change your programs to sign with the new secret. Both secrets work, so no delivery is refused.',
  revokeNote: (name) =>
    `Deliveries to the endpoint “${name}” will be refused from now on. A revoked endpoint cannot be used again.`,
};

export function WebhooksSection() {
  const fetched = useFetched<Webhooks>('api/webhooks');
  const { secrets, show: showSecret, close } = useShownSecrets();
  const show = (next: Shown): void => {
    showSecret(next);
    fetched.reload();
  };
  return (
    <>
      <SectionHead
        title="Webhooks"
        about="Your programs tell us about events. Each endpoint is an address with a secret, which proves that a delivery is yours."
      />
      <ShownSecrets secrets={secrets} words={WORDS} onClose={close} />
      <Loaded of={fetched}>
        {({ sources, endpoints }) => (
          <>
            <NewEndpoint sources={sources} onMade={show} />
            {endpoints.length === 0 ? (
              <Empty title="You have no endpoints yet.">Create the first one above.</Empty>
            ) : (
              <EndpointLists
                endpoints={endpoints}
                sources={sources}
                onChange={fetched.reload}
                onRotated={show}
              />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

function NewEndpoint({
  sources,
  onMade,
}: {
  readonly sources: readonly WebhookSource[];
  readonly onMade: (shown: Shown) => void;
}) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string>();
  const source = sources.find((each) => each.source === chosen) ?? sources[0];
  if (source === undefined) return null;
  const make = async (): Promise<void> => {
    const made = await change<ChangedEndpoint>('api/webhooks', { source: source.source, name: name.trim() });
    setName('');
    onMade({
      title: `The secret of the new endpoint “${made.name}” (${made.endpointId})`,
      secret: made.secret,
      note: noteToCopy(WORDS),
    });
  };
  return (
    <div class="card">
      <Form label="New endpoint" action="Create an endpoint" run={make}>
        {sources.length > 1 ? (
          <label class="field">
            What you send
            <select value={source.source} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
              {sources.map((each) => (
                <option key={each.source} value={each.source}>
                  {each.title}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <NameField
          label="Name of the new endpoint"
          placeholder="such as warehouse"
          value={name}
          onInput={setName}
        />
        <p class="soft">
          {source.left > 0
            ? `You can create ${source.left} more for ${source.title} (maximum ${source.most}).`
            : `You have the maximum of ${source.most} endpoints for ${source.title}. Revoke one to create another.`}
        </p>
      </Form>
    </div>
  );
}

type ListProps = {
  readonly endpoints: readonly Endpoint[];
  readonly sources: readonly WebhookSource[];
  readonly onChange: () => void;
  readonly onRotated: (shown: Shown) => void;
};

/** Revoked endpoints are folded away. */
function EndpointLists({ endpoints, ...rest }: ListProps) {
  const revoked = endpoints.filter(({ revokedAt }) => revokedAt !== undefined);
  return (
    <>
      <EndpointList endpoints={endpoints.filter(({ revokedAt }) => revokedAt === undefined)} {...rest} />
      {revoked.length === 0 ? null : (
        <Fold label={revoked.length === 1 ? '1 revoked endpoint' : `${revoked.length} revoked endpoints`}>
          <EndpointList endpoints={revoked} {...rest} />
        </Fold>
      )}
    </>
  );
}

function EndpointList({ endpoints, sources, ...rest }: ListProps) {
  if (endpoints.length === 0) return null;
  return (
    <ul class="cards">
      {endpoints.map((endpoint) => (
        <EndpointCard
          key={endpoint.endpointId}
          of={endpoint}
          source={sources.find(({ source }) => source === endpoint.source)}
          {...rest}
        />
      ))}
    </ul>
  );
}

type CardProps = Pick<ListProps, 'onChange' | 'onRotated'> & {
  readonly of: Endpoint;
  /** `source` is undefined if the portal no longer offers the source. */
  readonly source: WebhookSource | undefined;
};

function EndpointCard({ of: endpoint, source, onChange, onRotated }: CardProps) {
  const { endpointId, name, state, address, createdAt, revokedAt, secrets } = endpoint;
  return (
    <li class="card">
      <div class="card-head">
        <h2>{name}</h2>
        <Badge text={state} kind={state === 'active' ? 'good' : ''} />
      </div>
      <Facts
        of={[
          ['For', source?.title ?? endpoint.source],
          ['Address', address],
          ['Made', day(createdAt)],
          ['Revoked', revokedAt === undefined ? undefined : time(revokedAt)],
          ...endingSecrets(secrets),
        ]}
      />
      {revokedAt === undefined ? (
        <>
          {source === undefined || address === undefined ? null : (
            <HowToSign name={name} scheme={source.scheme} address={address} />
          )}
          <CredentialActions
            of={{ path: `api/webhooks/${encodeURIComponent(endpointId)}`, id: endpointId, name }}
            words={WORDS}
            onChange={onChange}
            onRotated={onRotated}
          />
        </>
      ) : null}
    </li>
  );
}

function HowToSign({
  name,
  scheme,
  address,
}: {
  readonly name: string;
  readonly scheme: string;
  readonly address: string;
}) {
  const example = signingExample(scheme, address);
  return (
    <Fold label="How to sign a delivery">
      <p>{describeSigning(scheme)}</p>
      {example === undefined ? null : (
        <pre tabIndex={0} aria-label={`Commands that send a signed delivery to ${name}`}>
          {example}
        </pre>
      )}
    </Fold>
  );
}
