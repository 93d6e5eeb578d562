// Renders one view: /?view=overview&theme=dark&form.client=192.0.2.7
import React from 'react';
import { createRoot } from 'react-dom/client';
import { SplunkThemeProvider } from '@splunk/themes';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import DashboardCore from '@splunk/dashboard-core';
import { createSchemaBasedOnPresets } from '@splunk/dashboard-definition';
import Preset from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import { TimeRangeInput } from '@splunk/dashboard-inputs';
import { migrateToTabsLayout } from '@splunk/dashboard-utils';
import { DashboardValidator } from '@splunk/dashboard-validation';
import EmulatedSearch from './emulated_search';
import { empty, settled, untidy } from './page_state';

window.failures = [];
window.pending = 0;
window.empty = empty;
window.settled = settled;
window.untidy = untidy;
const asked = new URLSearchParams(window.location.search);
const preset = {
    ...Preset,
    dataSources: { 'ds.search': EmulatedSearch, 'ds.chain': EmulatedSearch },
    // Splunk's own reads its list of ranges from splunkd.
    inputs: { ...Preset.inputs, 'input.timerange': TimeRangeInput },
};

// What a URL says of inputs, as Splunk Web hands it to a view.
function tokens() {
    const given = {};
    asked.forEach((value, name) => {
        if (name.startsWith('form.')) given[name.slice(5)] = value;
    });
    return given;
}

function withTokens(definition) {
    const given = tokens();
    Object.values(definition.inputs ?? {}).forEach(({ type, options }) => {
        if (type === 'input.timerange') {
            const [earliest, latest] = ['earliest', 'latest'].map((e) => given[`${options.token}.${e}`]);
            if (earliest) options.defaultValue = `${earliest},${latest}`;
        } else if (options.token in given) {
            options.defaultValue = given[options.token];
        }
    });
    return definition;
}

const answer = await fetch(`/definition/${asked.get('view')}`);
const shipped = await answer.json();
const definition = withTokens(migrateToTabsLayout({ definition: shipped }).definition);
const validator = new DashboardValidator();
const refused = validator.setSchema(createSchemaBasedOnPresets(preset));
window.validation = refused ? [String(refused)] : (validator.validate(definition) ?? []);
const dark = asked.get('theme') === 'dark';
createRoot(document.getElementById('view')).render(
    <SplunkThemeProvider family="enterprise" colorScheme={dark ? 'dark' : 'light'} density="comfortable">
        <DashboardContextProvider
            preset={preset}
            initialDefinition={definition}
            initialMode="view"
            timezone={{ ianaTimezone: 'UTC' }}
        >
            <DashboardCore width="100%" height="100vh" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);
