import assert from 'node:assert/strict';
import { test } from 'node:test';
import en from '../src/i18n/en.json';
import ja from '../src/i18n/ja.json';
import { fill, pickLanguage } from '../src/i18n';

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(m => m[1]).sort();

test('every text exists in both languages and takes the same values', () => {
  assert.deepEqual(Object.keys(en), Object.keys(ja));
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.ok(en[key] && ja[key], key);
    assert.deepEqual(names(ja[key]), names(en[key]), key);
  }
});

test('Japanese texts are Japanese', () => {
  const same = new Set(['experiments.id', 'runs.filter.hint']); // an abbreviation and a piece of the filter language
  for (const key of Object.keys(ja) as (keyof typeof ja)[]) if (!same.has(key)) assert.match(ja[key], /[\u3040-\u30ff\u4e00-\u9fff]/, key);
});

test('keys are sorted, so that two people can add one', () => {
  assert.deepEqual(Object.keys(en), [...Object.keys(en)].sort());
});

test('the language is the first wanted one that there is', () => {
  assert.equal(pickLanguage('auto', ['fr-FR', 'ja-JP', 'en']), 'ja');
  assert.equal(pickLanguage('auto', ['de']), 'en');
  assert.equal(pickLanguage('en', ['ja']), 'en');
});

test('values are put in, and what is unknown stays', () => {
  assert.equal(fill('{a} of {b}', { a: 1 }), '1 of {b}');
});
