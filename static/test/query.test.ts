import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clausesOf, equals, faultOf, joined, quotedName, replaceClause, withClause, withoutClause, withQuotedNames } from '../src/query/clauses';
import { complete, nameOptions, operatorsOf, placeOf, subjectOf, valueOptions } from '../src/query/complete';
import { normalized, tokens } from '../src/query/lexer';

const kinds = (text: string) => tokens(text).map(t => `${t.kind}:${t.text}`);

test('a filter is taken apart', () => {
  assert.deepEqual(kinds("metrics.`val/acc`@min >= .5 AND NOT params.opt IN ('a', \"b c\")"), [
    'name:metrics.`val/acc`@min', 'operator:>=', 'number:.5', 'joiner:AND', 'joiner:NOT', 'name:params.opt', 'operator:IN', 'open:(', "string:'a'", 'comma:,', 'string:"b c"', 'close:)',
  ]);
  assert.deepEqual(kinds('age < 7d and metrics.acc@-20 > 1e-3'), ['name:age', 'operator:<', 'number:7d', 'joiner:and', 'name:metrics.acc@-20', 'operator:>', 'number:1e-3']);
  assert.deepEqual(kinds('max(metrics.a)'), ['name:max', 'open:(', 'name:metrics.a', 'close:)']);
  assert.deepEqual(kinds('params.モデル = \'ResNet\''), ['name:params.モデル', 'operator:=', "string:'ResNet'"]);
});

test('what is half written is told, and every letter is in some token', () => {
  assert.deepEqual(kinds("params.a = 'x"), ['name:params.a', 'operator:=', "bad:'x"]);
  assert.deepEqual(kinds('params.`a b'), ['name:params.`a b']);
  for (const text of ["a ; b", "#$%", "x.'y", 'é=', '(((', "'''", 'metrics.']) assert.equal(tokens(text).map(t => t.text).join(''), text.replace(/\s/g, ''), text);
});

test('letters of full width become what they mean, but not within quotes', () => {
  assert.equal(normalized('metrics.loss　＜　０．５'), 'metrics.loss < 0.5');
  assert.equal(normalized("params.a ＝ 'ＡＢ１'"), "params.a = 'ＡＢ１'");
  assert.equal(normalized('params.a ＝ ＇値＇ and x ≥ 1'), "params.a = '値' and x >= 1");
});

test('simple clauses are chips, others stay text, and nothing is lost', () => {
  const filter = "metrics.loss@min < 0.2 AND (params.opt IN ('adam', 'sgd') OR params.lr < 0.01) AND start_time BETWEEN 1 AND 5 AND params.a NOT LIKE 'x%' AND max(metrics.b) > 2";
  const clauses = clausesOf(filter);
  assert.deepEqual(clauses.map(c => c.condition ?? c.text), [
    { name: 'metrics.loss@min', operator: '<', value: '0.2' }, "(params.opt IN ('adam', 'sgd') OR params.lr < 0.01)",
    { name: 'start_time', operator: 'BETWEEN', value: '1 AND 5' }, { name: 'params.a', operator: 'NOT LIKE', value: "'x%'" }, { name: 'max(metrics.b)', operator: '>', value: '2' },
  ]);
  assert.equal(joined(clauses.map(c => c.text)), filter);
});

test('an OR at the top is one clause, and gets parentheses beside another', () => {
  const filter = "a = 'x' OR b = 'y' AND c = 'z'";
  assert.deepEqual(clausesOf(filter).map(c => c.text), [filter]);
  assert.equal(withClause(filter, 'd > 1'), `(${filter}) AND d > 1`);
  assert.equal(withoutClause(`(${filter}) AND d > 1`, 1), `(${filter})`);
  assert.equal(withClause('d > 1', 'd > 1'), 'd > 1');
  assert.equal(replaceClause("a = 'x' AND b > 1", 1, 'b > 2'), "a = 'x' AND b > 2");
  assert.equal(clausesOf('').length, 0);
});

test('names and values are quoted where they must be', () => {
  assert.equal(quotedName('params', 'lr'), 'params.lr');
  assert.equal(quotedName('metrics', 'val/acc'), 'metrics.`val/acc`');
  assert.equal(quotedName('metrics', 'loss.min'), 'metrics.`loss.min`');
  assert.equal(equals('params', 'a', "it's"), 'params.a = "it\'s"');
  assert.equal(equals('tags', 'a b', null), "NOT tags.`a b` LIKE '%'");
  assert.equal(equals('tags', 'a', `'"`), `tags.a LIKE '_"'`);
});

test('the part of a filter that the server refuses is found', () => {
  const part = (filter: string, message: string) => {
    const f = faultOf(filter, message);
    return f && filter.slice(f.from, f.to);
  };
  assert.equal(part("params.a = 'x' AND metrics.loss <", "Invalid clause(s) in filter string: 'metrics.loss <'"), 'metrics.loss <');
  assert.equal(part("nonsense.x = 1 AND params.a = 'b'", "Invalid entity type 'nonsense'. Valid values are ['metric']"), 'nonsense');
  assert.equal(part("params.a = 'b", 'something is wrong'), "'b");
  assert.equal(part("params.a = 'b' AND foo bar", 'wrong'), 'foo bar');
  assert.equal(faultOf('', 'x'), null);
});

test('what may stand at the caret', () => {
  const at = (text: string) => {
    const caret = text.indexOf('|');
    const p = placeOf(text.replace('|', ''), caret);
    return [p.wanted, p.prefix, p.name];
  };
  assert.deepEqual(at('|'), ['name', '', '']);
  assert.deepEqual(at('metrics.lo|'), ['name', 'metrics.lo', '']);
  assert.deepEqual(at('metrics.loss |'), ['operator', '', 'metrics.loss']);
  assert.deepEqual(at('params.opt = |'), ['value', '', 'params.opt']);
  assert.deepEqual(at("params.opt = 'a|"), ['value', "'a", 'params.opt']);
  assert.deepEqual(at("params.opt IN ('a', |"), ['value', '', 'params.opt']);
  assert.deepEqual(at("params.opt IN ('a') |"), ['joiner', '', 'params.opt']);
  assert.deepEqual(at("params.opt = 'a' AND |"), ['name', '', '']);
  assert.deepEqual(at('age BETWEEN 1d AND |'), ['value', '', 'age']);
  assert.deepEqual(at('NOT (me|'), ['name', 'me', '']);
  assert.deepEqual(at('max(metrics.a) |'), ['operator', '', 'max(metrics.a)']);
});

test('proposals: names by where the prefix is, signs by kind, values in quotes', () => {
  const keys = { runs: 5, metrics: [{ key: 'val/loss', runs: 5, values: 5, min: 1, max: 2 }, { key: 'loss', runs: 4, values: 4 }], params: [{ key: 'lossy', runs: 1, values: 1 }], tags: [] };
  assert.deepEqual(nameOptions(keys, 'loss').map(o => o.text), ['metrics.`val/loss`', 'metrics.loss', 'params.lossy']);
  assert.deepEqual(nameOptions(keys, 'metrics.loss@m').map(o => o.text), ['metrics.loss@min', 'metrics.loss@max']);
  assert.ok(!operatorsOf('metrics.a').includes('LIKE') && operatorsOf('tags.a').includes('LIKE') && operatorsOf('age')[0] === '<');
  assert.deepEqual(valueOptions([{ value: 'adam', runs: 3 }, { value: `'"`, runs: 1 }], "'ad").map(o => o.text), ["'adam'"]);
  assert.deepEqual(subjectOf('max(metrics.`a b`)'), { kind: 'metric', key: 'a b' });
  assert.deepEqual(subjectOf('metrics.acc@20'), { kind: 'metric', key: 'acc' });
});

test('a choice takes the place of what was written', () => {
  const choose = (text: string, option: string) => {
    const caret = text.indexOf('|');
    const plain = text.replace('|', '');
    const done = complete(plain, placeOf(plain, caret), { text: option, label: option });
    return `${done.text.slice(0, done.caret)}|${done.text.slice(done.caret)}`;
  };
  assert.equal(choose('metr|', 'metrics.loss'), 'metrics.loss |');
  assert.equal(choose('metrics.loss |', '<'), 'metrics.loss < |');
  assert.equal(choose('params.a |', 'IN'), 'params.a IN (|');
  assert.equal(choose("me| AND params.a = 'b'", 'metrics.x'), "metrics.x |AND params.a = 'b'");
});

test('names are typed as columns are headed, and quoted where the grammar wants it', () => {
  assert.equal(withQuotedNames('metrics.val/acc > 0.9'), 'metrics.`val/acc` > 0.9');
  assert.equal(withQuotedNames("(params.p0 < 1 OR metrics.val/acc@10 > .5) AND tags.git-branch = 'a/b' "), "(params.p0 < 1 OR metrics.`val/acc`@10 > .5) AND tags.`git-branch` = 'a/b' ");
  for (const same of ['metrics.`val/acc` > 1', "params.path = 'metrics.a/b'", 'metrics.loss@min < 2', "run_name LIKE 'x/%'", 'tags.team', '', 'metrics.精度 > 0']) assert.equal(withQuotedNames(same), same);
});
