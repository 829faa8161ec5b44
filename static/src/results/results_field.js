import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";
import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { COLORS } from "./results";
import { Component, onWillStart, useEffect, useRef, xml } from "@odoo/owl";

const SCHEME = cookie.get("color_scheme");
const GRID = getCustomColor(SCHEME, "#d8dadd", "#3C3E4B");
const TEXT = getCustomColor(SCHEME, "#111827", "#E4E4E4");

/** What became of the dispatches of the last days: a bar for each day, and sums that name the colours and open theirs. */
export class ResultsField extends Component {
    static template = xml`
        <div class="d-flex flex-wrap gap-2 mb-2">
            <button t-foreach="data.results" t-as="result" t-key="result.name" type="button"
                class="btn btn-light btn-sm border" t-att-data-result="result.name" t-att-title="result.help"
                t-on-click="() => this.open(result)">
                <span class="d-inline-block rounded-circle me-1 o_dispatch_dot" aria-hidden="true"
                    t-attf-style="background-color: {{colors[result.name]}}"/>
                <t t-out="result.label"/> <strong t-out="result.total"/>
            </button>
        </div>
        <div class="position-relative o_dispatch_results">
            <canvas t-ref="canvas" role="img" t-att-aria-label="summary"/>
        </div>`;
    static props = { ...standardFieldProps };

    setup() {
        this.colors = COLORS;
        this.action = useService("action");
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(() => {
            const chart = new Chart(this.canvas.el, this.getConfig());
            return () => chart.destroy();
        });
    }

    get data() {
        return this.props.record.data[this.props.name];
    }

    /** What the graph shows, for those who do not see it. */
    get summary() {
        return this.data.results.map((result) => `${result.label}: ${result.total}`).join(", ");
    }

    getConfig() {
        const { labels, results } = this.data;
        const scale = { stacked: true, ticks: { color: TEXT, maxRotation: 0 }, border: { display: false } };
        return {
            type: "bar",
            data: {
                labels,
                datasets: results.map((result) => ({
                    label: result.label,
                    data: result.counts,
                    backgroundColor: COLORS[result.name],
                })),
            },
            options: {
                maintainAspectRatio: false,
                interaction: { mode: "nearest", intersect: true },
                plugins: { legend: { display: false } },
                scales: {
                    x: { ...scale, grid: { display: false } },
                    // documents are whole
                    y: { ...scale, ticks: { ...scale.ticks, precision: 0 }, grid: { color: GRID }, suggestedMax: 4 },
                },
                onClick: (_ev, [bar]) => bar && this.open(results[bar.datasetIndex], bar.index),
                onHover: (ev, bars) => {
                    ev.native.target.style.cursor = bars.length ? "pointer" : "default";
                },
            },
        };
    }

    /**
     * Opens the dispatches that a figure counts.
     *
     * @param {Object} result
     * @param {number} [day] Without it: all days
     */
    async open(result, day) {
        const { begins, labels } = this.data;
        const [begin, end] = day === undefined ? [begins[0], begins.at(-1)] : begins.slice(day, day + 2);
        const action = await this.action.loadAction("document_dispatch.document_dispatch_action");
        const made = [
            ["create_date", ">=", begin],
            ["create_date", "<", end],
        ];
        const name = day === undefined ? result.label : `${result.label}, ${labels[day]}`;
        return this.action.doAction({
            ...action,
            name,
            display_name: name,
            path: false,
            domain: Domain.and([made, result.domain]).toList(),
        });
    }
}

registry.category("fields").add("dispatch_results", { component: ResultsField, supportedTypes: ["json"] });
