// The pictures of one key: a slider over the steps. The small one is shown, the full one when it is asked for.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatBytes } from '../format';
import { t } from '../i18n';
import { Time } from '../ui/parts';
import { ImagePreview } from './image';
import { type ImageSet, shownOf } from './images';
import type { ArtifactSource } from './source';

interface Props { source: ArtifactSource; set: ImageSet; at: number; path: string; onShow: (path: string) => void }

export function ImageSteps({ source, set, at, path, onShow }: Props): JSX.Element {
  const step = set.steps[at]!;
  const full = step.full?.path === path || !step.small;
  const waiting = useRef(0);
  useEffect(() => () => clearTimeout(waiting.current), []);
  const show = (i: number) => {
    const next = set.steps[i];
    if (!next) return;
    clearTimeout(waiting.current);
    waiting.current = window.setTimeout(() => onShow((full ? (next.full ?? next.small) : shownOf(next))!.path), 40); // a dragged slider passes many
  };
  return (
    <div class="image-steps">
      <div class="image-bar">
        {set.steps.length > 1 && (
          <label class="switch step-slider">
            {t('chart.step')}
            <input
              type="range" min={0} max={set.steps.length - 1} value={at} aria-valuetext={String(step.step)}
              onInput={e => show(Number(e.currentTarget.value))} onKeyDown={e => e.stopPropagation()}
            />
          </label>
        )}
        <output data-testid="step">{t('artifacts.step', { step: step.step, n: at + 1, of: set.steps.length })}</output>
        <span class="muted"><Time ms={step.timestamp} /></span>
        {step.full && step.small && (
          <label class="switch">
            <input type="checkbox" checked={full} onChange={e => onShow((e.currentTarget.checked ? step.full! : step.small!).path)} />
            {t('artifacts.fullsize', { size: formatBytes(step.full.file_size ?? 0) })}
          </label>
        )}
      </div>
      <ImagePreview key={path} url={source.url(path)} path={path} size={(full ? step.full : step.small)?.file_size} asked={full && step.small !== undefined} />
    </div>
  );
}
