// `ds.search` and `ds.chain`, answered by the emulation of Splunk's search behind this page.
import DataSource from '@splunk/datasources/DataSource';
import SplunkSearch from '@splunk/datasources/SplunkSearch';

export default class EmulatedSearch extends DataSource {
    // Among it the schema of the options.
    static config = SplunkSearch.config;

    constructor(...all) {
        super(...all);
        this.before = new Promise((resolve) => {
            this.resolve = resolve;
        });
        if (!this.options.extend) {
            this.resolve({ search: '', range: this.options.queryParameters });
        }
    }

    async asked() {
        const { search, range } = await this.before;
        return { search: `${search} ${this.options.query}`.trim(), range };
    }

    // A chained search hears here of the one that it continues.
    getObserver() {
        return {
            next: ({ meta }) => meta?.asked && this.resolve(meta.asked),
            error: () => {},
            complete: () => {},
        };
    }

    request({ offset = 0, count = 0, sort = {} } = {}) {
        return (observer) => {
            let wanted = true;
            window.pending += 1;
            this.asked()
                .then(async (asked) => {
                    const answer = await fetch('/answer', {
                        method: 'POST',
                        body: JSON.stringify({ ...asked, offset, count, sort }),
                    });
                    const { error, fields, columns, total } = await answer.json();
                    if (error) throw new Error(error);
                    if (!wanted) return;
                    observer.next({
                        data: { fields, columns },
                        meta: { totalCount: total, status: 'done', percentComplete: 100, asked },
                    });
                    observer.complete?.();
                })
                .catch(({ message }) => {
                    window.failures.push(`${this.options.query}: ${message}`);
                    observer.error?.({ level: 'error', message });
                })
                .finally(() => {
                    window.pending -= 1;
                });
            return () => {
                wanted = false;
            };
        };
    }
}
