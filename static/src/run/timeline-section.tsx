// When the run did what, as a line and as a list.
import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Run } from '../api/types';
import { exactTime, isoTime } from '../format';
import { duration, t } from '../i18n';
import { now } from '../state/clock';
import { lastLogged } from './names';
import { Section } from './section';
import type { Summaries } from './summaries';
import { placeOf, tellingOf, type Timeline, timelineOf } from './timeline';


export function TimelineSection({ run, live, summaries }: { run: Run; live: boolean; summaries: Summaries }): JSX.Element | null {
  const info = run.info;
  const metrics = run.data?.metrics ?? [];
  const last = lastLogged(metrics);
  useLayoutEffect(() => summaries.want(tellingOf(metrics)));
  if (!info.start_time) return null;
  const end = info.end_time || (live ? now.value : last || info.start_time);
  const times = [...summaries.all().flatMap(s => s.times), ...metrics.map(m => m.timestamp ?? 0)];
  const line = timelineOf(info.start_time, end, times);
  return (
    <Section id="timeline" title={t('timeline')}>
      <div class="timeline" aria-hidden="true">
        {line.first !== null && line.last !== null && <Span class="busy" line={line} from={line.first} to={line.last} />}
        {line.gaps.map(g => <Span key={g.from} class="gap" line={line} from={g.from} to={g.to} />)}
      </div>
      <ol class="timeline-list">
        <Moment text={t('timeline.start')} at={info.start_time} since={null} />
        {line.first !== null && <Moment text={t('timeline.first')} at={line.first} since={info.start_time} />}
        {line.gaps.map(g => <Moment key={g.from} text={t('timeline.gap', { time: duration(g.to - g.from) })} at={g.from} since={info.start_time!} class="gap" />)}
        {line.last !== null && line.last !== line.first && <Moment text={t('timeline.last')} at={line.last} since={info.start_time} />}
        {info.end_time ? <Moment text={t(`status.${info.status ?? 'FINISHED'}`)} at={info.end_time} since={info.start_time} /> : null}
      </ol>
    </Section>
  );
}

function Span(props: { class: string; line: Timeline; from: number; to: number }): JSX.Element {
  const left = placeOf(props.line, props.from);
  return <span class={props.class} style={{ left: `${left}%`, width: `${Math.max(0.5, placeOf(props.line, props.to) - left)}%` }} />;
}

function Moment({ text, at, since, class: className }: { text: string; at: number; since: number | null; class?: string }): JSX.Element {
  return (
    <li class={className}>
      <time dateTime={isoTime(at)}>{exactTime(at)}</time> <span><span>{text}</span> {since !== null && at > since && <span class="muted">+{duration(at - since)}</span>}</span>
    </li>
  );
}
