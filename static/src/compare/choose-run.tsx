// A run is looked up by a part of its name, or by its ID.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { grid } from '../api/grid';
import { likeValue } from '../grid/columns';
import { t } from '../i18n';
import { useLoad } from '../state/load';
import { Combobox, type Proposal } from '../ui/combobox';
import { Dialog } from '../ui/dialog';

interface Found extends Proposal { id: string }

const MOST = 12;

interface Props { title: string; action: string; experimentIds: readonly string[]; without: readonly string[]; onChoose: (id: string) => void; onClose: () => void }

export function ChooseRun({ title, action, experimentIds, without, onChoose, onClose }: Props): JSX.Element {
  const [text, setText] = useState('');
  const [id, setId] = useState('');
  const wanted = text.trim();
  const found = useLoad(`choose ${experimentIds.join()} ${wanted}`, async (signal): Promise<Found[]> => {
    const filter = !wanted ? '' : /^[\da-f]{32}$/.test(wanted) ? `attributes.run_id = '${wanted}'` : `attributes.run_name ILIKE ${likeValue(wanted)}`;
    const everywhere = filter.startsWith('attributes.run_id');
    const page = await grid.query({ experimentIds: everywhere ? [] : experimentIds, filter, view: 'ACTIVE_ONLY' }, { columns: [], offset: 0, limit: MOST + without.length }, signal);
    return page.run_id.map((run, i) => ({ id: run, text: run, label: page.run_name[i] || run, hint: run.slice(0, 8) })).filter(o => !without.includes(o.id)).slice(0, MOST);
  });
  const submit = () => {
    const chosen = id || (found.data?.length === 1 ? found.data[0]!.id : '');
    if (!chosen) return Promise.reject(new Error(t('compare.choose.none')));
    onChoose(chosen);
    return Promise.resolve();
  };
  return (
    <Dialog title={title} action={action} onClose={onClose} submit={submit}>
      <div class="choose-run">
        <Combobox
          value={text} label={t('compare.choose')} placeholder={t('compare.choose.hint')} options={found.data ?? []} required
          onInput={next => {
            setText(next);
            setId('');
          }}
          onPick={o => {
            setText(o.label);
            setId(o.id);
          }}
        />
      </div>
    </Dialog>
  );
}
