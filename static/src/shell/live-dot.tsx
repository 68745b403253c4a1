// "live · 3 running · 2 s ago": that pages keep themselves up to date, and a switch for it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { grid } from '../api/grid';
import { relative, t, tn } from '../i18n';
import { now, usePoll } from '../state/clock';
import { heard, live, toggleLive } from '../state/live';
import { trouble } from '../state/net';

const FIRST = 3000; // after what the page itself asks for
const EVERY = 10_000;

export function LiveDot(): JSX.Element {
  const [running, setRunning] = useState<number | null>(null);
  usePoll(true, running === null ? FIRST : EVERY, async signal => {
    const answer = await grid.query({ experimentIds: [], filter: "attributes.status = 'RUNNING'", view: 'ACTIVE_ONLY' }, { columns: [], offset: 0, limit: 0, total: true }, signal);
    setRunning(answer.total ?? 0);
  });
  const parts = live.value && trouble.value === null
    ? [t('live.on'), running ? tn('live.running', running) : '', heard.value ? relative(heard.value, Math.max(now.value, heard.value)) : '']
    : [t(live.value ? 'live.away' : 'live.off')];
  const state = !live.value ? 'off' : trouble.value ? 'away' : 'on';
  return (
    <button type="button" class={`plain live-dot live-${state}`} aria-pressed={live.value} title={t(live.value ? 'live.hint.off' : 'live.hint.on')} data-testid="live" onClick={toggleLive}>
      <span class="live-mark" aria-hidden="true" />
      <span class="live-text">{parts.filter(Boolean).join(' · ')}</span>
    </button>
  );
}
