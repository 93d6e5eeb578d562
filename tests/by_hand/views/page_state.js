// What a view in the browser is like: for programs that open it.

// Until no search has been running for two seconds: then charts have drawn.
export async function settled() {
    for (let quiet = 0; quiet < 4; ) {
        await new Promise((resolve) => {
            setTimeout(resolve, 500);
        });
        quiet = window.pending ? 0 : quiet + 1;
    }
}

// What a reader of the page would complain about: words broken in a heading, text that is cut off,
// tables that leave room or do not fit.
export function untidy() {
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

// Titles of the panels that show no rows.
export function empty() {
    return [...document.querySelectorAll('[data-test="viz-item"]')]
        .filter((one) => one.querySelector('[data-test="placeholder-icon"]'))
        .map((one) => one.querySelector('[data-test="viz-title"]').innerText);
}
