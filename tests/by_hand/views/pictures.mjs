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

// What a reader of the page would complain about: words broken in a heading, text that is cut off,
// tables that leave room or do not fit.
function untidy() {
    const found = [];
    const isBroken = (node, word) => {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
    };
    document.querySelectorAll('[data-test="head-cell"] span').forEach(({ childNodes }) => {
        [...childNodes].filter(({ nodeType }) => nodeType === 3).forEach((node) => {
            const words = [...node.data.matchAll(/\S+/g)].filter((word) => isBroken(node, word));
            words.forEach(() => found.push(`heading ${node.data} is broken`));
        });
    });
    document.querySelectorAll('[data-test="main-table"]').forEach((table) => {
        const room = table.parentElement.clientWidth - table.offsetWidth;
        const names = [...table.querySelectorAll('[data-test="head-cell"]')].map((one) => one.innerText);
        if (Math.abs(room) > 2) found.push(`table ${names}: ${room} pixels are left`);
    });
    document.querySelectorAll('body *').forEach((one) => {
        // Splunk cuts the choice of an input, which has one width for all.
        if (one.closest('button')) return;
        const isCut = one.scrollWidth > one.clientWidth && one.innerText && !one.children.length;
        if (isCut && getComputedStyle(one).textOverflow === 'ellipsis') found.push(`cut: ${one.innerText}`);
    });
    return found;
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
    page.on('console', (said) => {
        if (said.type() === 'error') errors.push(said.text().slice(0, 300));
    });
    await page.goto(`${base}?view=${view}&theme=${theme}${query}`);
    await page.waitForFunction(() => window.validation);
    await settled(page);
    const failures = await page.evaluate(() => window.failures);
    const validation = await page.evaluate(() => window.validation);
    const layout = await page.evaluate(untidy);
    await page.screenshot({ path: `${folder}/${file}` });
    console.log(JSON.stringify({ file, outside, errors, failures, validation, layout }));
    await context.close();
}
await browser.close();
