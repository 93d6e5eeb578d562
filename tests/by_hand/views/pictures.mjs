// Takes pictures of views. Reads what to take as JSON, and prints one line of JSON for each.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';

const { folder, pictures } = JSON.parse(readFileSync(0, 'utf8'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { base, view, theme, width, height, query, file } of pictures) {
    const context = await browser.newContext({ viewport: { width, height }, timezoneId: 'UTC' });
    // A machine with other work takes long to draw.
    context.setDefaultTimeout(180_000);
    const page = await context.newPage();
    const outside = [];
    const errors = [];
    page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(base) && !/^(data|blob):/.test(url)) outside.push(url);
    });
    page.on('pageerror', (error) => errors.push(String(error).slice(0, 300)));
    page.on('console', (said) => {
        if (said.type() === 'error') errors.push(said.text().slice(0, 300));
    });
    await page.goto(`${base}?view=${view}&theme=${theme}${query}`);
    await page.waitForFunction(() => window.validation);
    await page.evaluate(() => window.settled());
    const failures = await page.evaluate(() => window.failures);
    const validation = await page.evaluate(() => window.validation);
    const layout = await page.evaluate(() => window.untidy());
    await page.screenshot({ path: `${folder}/${file}` });
    console.log(JSON.stringify({ file, outside, errors, failures, validation, layout }));
    await context.close();
}
await browser.close();
