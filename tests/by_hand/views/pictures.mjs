// Takes pictures of views. Reads what to take as JSON, and prints one line of JSON for each.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';

// Until no search has been running for two seconds: then charts have drawn.
async function settled(page) {
    for (let quiet = 0; quiet < 4; ) {
        await page.waitForTimeout(500);
        quiet = (await page.evaluate(() => window.pending)) ? 0 : quiet + 1;
    }
}

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
    await page.goto(`${base}?view=${view}&theme=${theme}${query}`);
    await page.waitForFunction(() => window.validation);
    await settled(page);
    const failures = await page.evaluate(() => window.failures);
    const validation = await page.evaluate(() => window.validation);
    await page.screenshot({ path: `${folder}/${file}` });
    console.log(JSON.stringify({ file, outside, errors, failures, validation }));
    await context.close();
}
await browser.close();
