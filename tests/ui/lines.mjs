// Prints what empty pages say to do: lines.mjs HASH..., a JSON list of texts; see test_first_lines.py.
import { open } from './browser.mjs';

const texts = [];
for (const hash of process.argv.slice(2)) {
  const { page, context } = await open(hash);
  const codes = page.locator('.empty pre');
  await codes.first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading'));
  texts.push(...(await codes.allTextContents()));
  await context.close();
}
console.log(JSON.stringify(texts));
process.exit(0);
