/** Differs on AWS: settings that are not enforced here, and all assumptions. */
import { useAsked } from '../control.ts';
import { Empty, Problem, SectionHead, TableBox, TableHead } from '../parts.tsx';

type Told = {
  readonly unsupported: readonly {
    readonly stackName: string;
    readonly logicalId: string;
    readonly type: string;
    readonly property?: string;
    readonly consequence: string;
    readonly message?: string;
    readonly file?: string;
    readonly line?: number;
  }[];
  readonly assumptions: readonly {
    readonly name: string;
    readonly value: string;
    readonly choices: readonly string[];
  }[];
};

export function DiffersSection() {
  const { data, error } = useAsked<Told>('console/differs');
  return (
    <div class="single scrolls">
      <SectionHead
        title="Differs on AWS"
        about="What of the stacks is not served or enforced as at AWS, and what is taken for granted where AWS is not documented."
      />
      <Problem text={error} />
      {data?.unsupported.length === 0 ? (
        <Empty title="All that the stacks say is enforced here.">
          What a template wants and this start does not do would stand here, with what requests miss by it.
        </Empty>
      ) : null}
      {data === undefined || data.unsupported.length === 0 ? null : (
        <section class="half" aria-label="Not served or enforced">
          <h2>Not served or enforced</h2>
          <TableBox label="Not served or enforced" isCard>
            <table class="stacks">
              <TableHead columns={['Resource', 'What of it', 'What requests miss']} />
              <tbody>
                {data.unsupported.map((one, index) => (
                  <tr key={index}>
                    <th scope="row">
                      {one.logicalId} <span class="soft">{one.type}</span>
                    </th>
                    <td>
                      {one.property ?? ''} {one.message ?? ''}{' '}
                      <span class="soft">
                        {one.file === undefined
                          ? one.stackName
                          : `${one.file}${one.line === undefined ? '' : `:${one.line}`}`}
                      </span>
                    </td>
                    <td data-column="Requests miss">{one.consequence}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </TableBox>
        </section>
      )}
      <section class="half" aria-label="Assumptions in force">
        <h2>Assumptions</h2>
        <TableBox label="Assumptions" isCard>
          <table class="stacks">
            <TableHead columns={['Name', 'In force', 'Choices of --assume']} />
            <tbody>
              {(data?.assumptions ?? []).map(({ name, value, choices }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td data-column="In force">
                    <code>{value}</code>
                  </td>
                  <td class="soft" data-column="Choices">
                    {choices.join(', ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      </section>
    </div>
  );
}
