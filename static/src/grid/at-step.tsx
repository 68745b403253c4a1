// Asks for the step at which a metric is shown.
import type { JSX } from 'preact';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import type { Column } from './columns';

export function AtStep({ column, onDone, onClose }: { column: Column; onDone: (step: number) => void; onClose: () => void }): JSX.Element {
  return (
    <Dialog
      title={t('column.at.title', { name: column.key })} action={t('save')} onClose={onClose}
      submit={async form => onDone(Number(String(form.get('step')).normalize('NFKC')))}
    >
      <label class="field">{t('chart.step')}<input name="step" inputMode="numeric" pattern="-?[0-9０-９]{1,15}" required autofocus autocomplete="off" defaultValue={String(column.step ?? 0)} /></label>
    </Dialog>
  );
}
