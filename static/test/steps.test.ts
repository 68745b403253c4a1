import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Steps, viewPart } from '../src/grid/steps';

const step = (hash: string, stored: string | null = null) => ({ hash, stored });

test('views are gone back and forth through, and a new one ends the way forth', () => {
  const steps = new Steps(step('#/runs'));
  assert.equal(steps.back(), null);
  assert.equal(steps.note(step('#/runs?sort=a')), true);
  assert.equal(steps.note(step('#/runs?sort=a', 'params.lr')), true, 'a choice of columns may be in the browser alone');
  assert.deepEqual(steps.back(), step('#/runs?sort=a'));
  assert.equal(steps.note(step('#/runs?sort=a')), false, 'what is restored is no new step');
  assert.deepEqual(steps.back(), step('#/runs'));
  assert.deepEqual(steps.forth(), step('#/runs?sort=a'));
  steps.note(step('#/runs?diff=1'));
  assert.equal(steps.forth(), null);
  assert.deepEqual(steps.back(), step('#/runs?sort=a'));
});

test('looking at a run is no other view', () => {
  assert.equal(viewPart('#/runs?peek=abc&sort=a'), viewPart('#/runs?sort=a'));
  const steps = new Steps(step('#/runs'));
  assert.equal(steps.note(step('#/runs?peek=abc')), false);
  assert.equal(steps.back(), null);
});
