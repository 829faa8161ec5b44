import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { COLORS } from "@document_dispatch/results/results";

/** Bars that are stacked show their sum: no line over them. */
class ReportGraphModel extends GraphModel {
    _getLineOverlayDataset() {
        return null;
    }
}

class ReportGraphRenderer extends GraphRenderer {
    /**
     * @param {string} label Of a bar's part or a slice: the result in the user's language, and what it is grouped by
     * beside it
     * @returns {string|undefined}
     */
    getResultColor(label) {
        const results = this.model.metaData.fields.outcome.selection;
        const parts = (label ?? "").split(" / ");
        return COLORS[results.find((result) => parts.includes(result[1]))?.[0]];
    }

    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of data.datasets) {
            dataset.backgroundColor = this.getResultColor(dataset.label) ?? dataset.backgroundColor;
        }
        return data;
    }

    getPieChartData() {
        const data = super.getPieChartData();
        for (const dataset of data.datasets) {
            dataset.backgroundColor = data.labels.map(
                (label, index) => this.getResultColor(label) ?? dataset.backgroundColor[index],
            );
        }
        return data;
    }

    getLegendOptions() {
        const options = super.getLegendOptions();
        const generateLabels = options.labels?.generateLabels;
        if (this.model.metaData.mode === "pie") {
            options.labels.generateLabels = (chart) =>
                generateLabels(chart).map((item) => ({
                    ...item,
                    fillStyle: this.getResultColor(item.fullText) ?? item.fillStyle,
                }));
        }
        return options;
    }

    /** Documents are whole. */
    getScaleOptions() {
        const scales = super.getScaleOptions();
        const { fields, measure } = this.model.metaData;
        if (scales.y && fields[measure]?.type !== "monetary") {
            scales.y.ticks.precision = 0;
            scales.y.ticks.callback = (value) => this.formatValue(value);
        }
        return scales;
    }
}

registry.category("views").add("dispatch_report_graph", {
    ...graphView,
    Model: ReportGraphModel,
    Renderer: ReportGraphRenderer,
});
