// What may stand at a place of a filter, as far as it has to be asked for.
import { useMemo } from 'preact/hooks';
import { grid, type Keys, type Search } from '../api/grid';
import { useLoad } from '../state/load';
import { fixedValues, joinerOptions, nameOptions, operatorOptions, type Option, type Place, subjectOf, valueOptions } from './complete';

/** Proposals for a place; the values of params and tags are asked for. */
export function useOptions(place: Place, scope: Search, keys: Keys | undefined, active: boolean): Option[] {
  const subject = subjectOf(place.name);
  const asks = active && place.wanted === 'value' && (subject.kind === 'param' || subject.kind === 'tag') && subject.key !== '';
  const values = useLoad(`values ${asks ? `${subject.kind} ${subject.key} ${scope.experimentIds.join(',')} ${scope.view}` : ''}`, signal =>
    asks ? grid.facets(scope, subject.kind === 'param' ? 'param' : 'tag', subject.key, 200, signal) : Promise.resolve([]));
  return useMemo(() => {
    switch (place.wanted) {
      case 'name': return nameOptions(keys, place.prefix);
      case 'operator': return operatorOptions(place.name, place.prefix);
      case 'joiner': return joinerOptions(place.prefix);
      case 'value': return asks ? valueOptions(values.data ?? [], place.prefix) : fixedValues(place.name, keys, place.prefix);
    }
  }, [place.wanted, place.name, place.prefix, keys, values.data, asks]);
}

/** The names of the runs without the filter, once somebody looks for one. */
export function useAllKeys(keys: Keys | undefined, scope: Search, filtered: boolean, active: boolean): Keys | undefined {
  const asks = active && filtered;
  const all = useLoad(`all keys ${asks ? `${scope.experimentIds.join(',')} ${scope.view}` : ''}`, signal => (asks ? grid.keys(scope, signal) : Promise.resolve(undefined)));
  return all.data ?? keys;
}
