import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component, onMounted, onWillUnmount, xml } from "@odoo/owl";

/** Milliseconds between two looks: often enough to be seen moving, seldom enough to cost nothing. */
const INTERVAL = 2000;

/** Reads the record again, every two seconds, as long as its field says that something is going on. */
export class ReloadField extends Component {
    static template = xml`<span/>`;
    static props = { ...standardFieldProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.reload(), INTERVAL);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async reload() {
        const { record, name } = this.props;
        if (!record.data[name] || this.loading || document.hidden) {
            return;
        }
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

registry.category("fields").add("dispatch_reload", {
    component: ReloadField,
    supportedTypes: ["boolean"],
});
