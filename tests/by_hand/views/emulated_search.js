// `ds.search` and `ds.chain`, answered by the emulation of Splunk's search behind this page.
import DataSource from '@splunk/datasources/DataSource';
import SplunkSearch from '@splunk/datasources/SplunkSearch';

export default class EmulatedSearch extends DataSource {
    // Among it the schema of the options.
    static config = SplunkSearch.config;

    constructor(...all) {
        super(...all);
        this.running = new Set();
        this.before = this.options.extend ? null : { search: '', range: this.options.queryParameters };
    }

    // A chained search hears here of the one that it continues: again, if a filter has changed it.
    getObserver() {
        return {
            next: ({ meta }) => {
                if (!meta?.asked) return;
                this.before = meta.asked;
                this.running.forEach((run) => run());
            },
            error: () => {},
            complete: () => {},
        };
    }

    request({ offset = 0, count = 0, sort = {} } = {}) {
        return (observer) => {
            let turn = 0;
            const run = async () => {
                if (!this.before) return;
                turn += 1;
                const mine = turn;
                const { search, range } = this.before;
                const asked = { search: `${search} ${this.options.query}`.trim(), range };
                window.pending += 1;
                try {
                    const answer = await fetch('/answer', {
                        method: 'POST',
                        body: JSON.stringify({ ...asked, offset, count, sort }),
                    });
                    const { error, fields, columns, total } = await answer.json();
                    if (error) throw new Error(error);
                    if (mine !== turn) return;
                    observer.next({
                        data: { fields, columns },
                        meta: { totalCount: total, status: 'done', percentComplete: 100, asked },
                    });
                } catch ({ message }) {
                    window.failures.push(`${this.options.query}: ${message}`);
                    observer.error?.({ level: 'error', message });
                } finally {
                    window.pending -= 1;
                }
            };
            this.running.add(run);
            run();
            return () => {
                turn += 1;
                this.running.delete(run);
            };
        };
    }
}
