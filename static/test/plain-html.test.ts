import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutCode } from '../src/ui/plain-html';

test('handlers and styles are taken out of tags, and nothing else', () => {
  assert.equal(withoutCode('<img src=x onerror=harm() alt="a>b once=1">'), '<img src=x alt="a>b once=1">');
  assert.equal(withoutCode(`<svg/onload='a>b'><b style = "color: red" class=c ONCLICK=x>bold</b>`), '<svg><b class=c>bold</b>');
  assert.equal(withoutCode('<style scoped>\n.dataframe { color: red }\n</style><table border="1">'), '<table border="1">');
  assert.equal(withoutCode('<style>never closed'), '');
});

test('text that looks like a handler stays', () => {
  for (const text of ['when onset = 3 and style=plain', 'a < b, on=1 > c', '&lt;img onerror=1&gt;', '<p title="onset=3 style=4">on=1</p>', '<a href="?on=1&amp;style=2">x</a>']) assert.equal(withoutCode(text), text);
});
