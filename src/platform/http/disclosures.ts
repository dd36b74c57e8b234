import type { Disclosure } from '../access/access-log.js';
import { looksPersonal } from './personal-data.js';
import type { EdgeRequest, RouteCard } from './routes.js';

/** Names of what rows belong to; never of a household, an account or a person. */
const SUBJECTS = ['compoundId', 'schemeId', 'grantId', 'bondId', 'approvalId', 'eventId', 'compound', 'stream'];
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

type Body = { readonly items?: readonly unknown[] };

/** The line of the access log for an answer; undefined where it shows no row. */
export function disclosureOf(
  card: RouteCard,
  route: string,
  request: EdgeRequest,
  body: object,
): Disclosure | undefined {
  const { discloses, rows: rowsOf } = card;
  if (!discloses) return undefined;
  const count = (): number => (rowsOf ? rowsOf(body as never).length : ((body as Body).items?.length ?? 1));
  const rows = discloses === true ? count() : discloses(body as never);
  return rows === 0 ? undefined : disclosed(route, request, rows);
}

/** The same for what is not one answer: a stream, an export. */
export function disclosed(route: string, request: EdgeRequest, rows: number | null): Disclosure {
  const query = request.query as Record<string, string>;
  const named = { ...query, ...(request.params as Record<string, string>) };
  const subject = SUBJECTS.map((name) => named[name]).find((value) => value !== undefined) ?? null;
  return {
    caller: request.caller!,
    route,
    // Whatever a caller wrote where an id belongs does not get into a log that never forgets.
    subject: subject !== null && PLAIN.test(subject) && !looksPersonal(subject) ? subject : null,
    format: query['format'] ?? 'json',
    rows,
    requestId: request.id,
  };
}
