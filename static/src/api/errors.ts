// What the server says is English. What it comes to is said before it, in the reader's language. Pure, apart from that.
import { type Key, t } from '../i18n';
import { ApiError } from './client';

const byCode = new Map<string, Key>([
  ['BAD_REQUEST', 'error.refused'],
  ['ENDPOINT_NOT_FOUND', 'error.unsupported'],
  ['FEATURE_DISABLED', 'error.disabled'],
  ['INTERNAL_ERROR', 'error.server'],
  ['INVALID_PARAMETER_VALUE', 'error.refused'],
  ['INVALID_STATE', 'error.state'],
  ['NOT_FOUND', 'error.missing'],
  ['NOT_IMPLEMENTED', 'error.unsupported'],
  ['PERMISSION_DENIED', 'error.forbidden'],
  ['QUOTA_EXCEEDED', 'error.quota'],
  ['REQUEST_TOO_LARGE', 'error.large'],
  ['RESOURCE_ALREADY_EXISTS', 'error.exists'],
  ['RESOURCE_DOES_NOT_EXIST', 'error.missing'],
  ['RESOURCE_EXHAUSTED', 'error.busy'],
  ['TEMPORARILY_UNAVAILABLE', 'error.away'],
  ['UNAUTHENTICATED', 'error.login'],
]);

/** Of what answers in the server's place and has no codes. */
const byStatus = new Map<number, Key>([
  [400, 'error.refused'], [401, 'error.login'], [403, 'error.forbidden'], [404, 'error.missing'], [413, 'error.large'], [429, 'error.busy'], [500, 'error.server'], [502, 'error.away'], [503, 'error.away'], [504, 'error.away'], [507, 'error.quota'],
]);

export interface Telling { heading: string; detail: string }

/** What has happened, and what the server said of it; an error of the page itself has no heading. */
export function tellingOf(e: unknown): Telling {
  if (!(e instanceof ApiError)) return { heading: '', detail: e instanceof Error ? e.message : String(e) };
  if (e.status === 0) return { heading: '', detail: t('net.unreachable') };
  return { heading: t(byCode.get(e.code) ?? byStatus.get(e.status) ?? 'error.other'), detail: e.message };
}

/** The same in one line. */
export function messageOf(e: unknown): string {
  const { heading, detail } = tellingOf(e);
  return heading ? `${heading}: ${detail}` : detail;
}
